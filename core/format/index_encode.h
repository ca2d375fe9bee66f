/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * index_encode.h - the index of a set, encoded
 *
 * Parts are appended to an array one by one; what a part costs in memory is
 * known (PART_PLAIN_MAX), whatever the set has.  The layout is that of
 * index_layout.h; decoding is index_decode.h.
 */
#ifndef CORE_INDEX_ENCODE_H
#define CORE_INDEX_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/growing.h"
#include "core/format/index_layout.h"

/* An inode of a set, and where its first header is. */
struct index_inode {
	uint32_t inode;
	uint16_t mode;
	uint64_t block;		/* of the stream, which may have over 2^32 */
	uint64_t size;		/* bytes, as in the header */
	int64_t mtime;		/* seconds */
};

/*
 * Is it the first header of an inode, as ours are?  Then it fills in *i, but for
 * the block.
 */
bool index_inode_of(const uint8_t *header, struct index_inode *i);

/*
 * The block at which the inode after this one is expected: behind its data, if
 * it has neither holes nor attributes.  For both directions.
 */
uint64_t index_next_block(const struct index_inode *i);

/* All return false with errno set if `to` cannot grow; it is then as before. */
bool index_put_magic(struct growing *to);
bool index_put_part(struct growing *to, enum index_part_kind kind,
    const void *plain, size_t length, bool compress);

/* At most INDEX_BATCH inodes, in the order of their blocks. */
bool index_put_inodes(struct growing *to, const struct index_inode *list,
    size_t count);

/* `count` digests of pieces of `blocks` tape blocks each, from `first` on. */
bool index_put_digests(struct growing *to, uint32_t volume, uint32_t blocks,
    uint64_t first, const uint64_t *digests, size_t count);

#endif
