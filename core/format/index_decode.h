/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * index_decode.h - the index of a set, decoded
 *
 * Takes the bytes of an index as they come, and gives its parts; of each, at
 * most PART_PLAIN_MAX bytes are in memory.  Everything is checked: a part whose
 * digest is wrong, or whose contents are impossible, is passed over and
 * counted.  Nothing it says about places is to be believed without looking.
 */
#ifndef CORE_INDEX_DECODE_H
#define CORE_INDEX_DECODE_H

#include "core/format/index_encode.h"

struct index_decoder;

/* What is done with the parts.  NULL: not wanted, and not even decompressed. */
struct index_visitor {
	/* JSON, terminated; see dumpengine-index(5). */
	bool (*about)(void *arg, const char *json, size_t length);
	bool (*digests)(void *arg, uint32_t volume, uint32_t blocks,
	    uint64_t first, const uint64_t *digests, size_t count);
	/*
	 * A part.  Blocks ascend, within it and from part to part; numbers do
	 * among directories, which come first, and among the others.
	 */
	bool (*inodes)(void *arg, const struct index_inode *list,
	    size_t count);
	/* Contents of directories; see core/catalog/. */
	bool (*directory)(void *arg, const uint8_t *bytes, size_t length);
	void *arg;
	/* All return false to stop. */
};

/* NULL if out of memory. */
struct index_decoder *index_decoder_new(const struct index_visitor *visitor);
void index_decoder_free(struct index_decoder *d);

enum index_result {
	INDEX_GO_ON,
	INDEX_STOPPED,		/* by the visitor */
	INDEX_NOT_ONE,		/* wrong magic, or lengths that cannot be */
	INDEX_NO_MEMORY
};

/* The next bytes of it, as many as there are. */
enum index_result index_decoder_add(struct index_decoder *d,
    const uint8_t *bytes, size_t length);

/* Parts that were damaged, so far. */
uint64_t index_decoder_damaged(const struct index_decoder *d);

/* Is what was added an end of the index, and not within a part? */
bool index_decoder_is_at_end(const struct index_decoder *d);

#endif
