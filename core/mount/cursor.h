/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cursor.h - a place in the stream of a set, which moves on
 *
 * Where a volume ends, it goes on behind the header of the next one, and behind
 * the blocks that this repeats.
 */
#ifndef CORE_CURSOR_H
#define CORE_CURSOR_H

#include "core/mount/piece_cache.h"

struct cursor {
	struct piece_cache *cache;	/* borrowed */
	uint64_t position;	/* bytes from the beginning of the volume */
	uint64_t number;	/* c_tapea of the block there */
	uint32_t volume;
};

/*
 * The next `length` bytes, whole blocks of the dialect, which have a checksum of
 * their own; the cursor moves on.  False if they cannot be read, or the set ends
 * before.
 */
bool cursor_read(struct cursor *c, uint8_t *buffer, size_t length);

/* Move on by so many bytes, whole blocks.  False likewise. */
bool cursor_skip(struct cursor *c, uint64_t bytes);

/*
 * Bytes from `offset` behind the cursor on, which stays.  False likewise, and if
 * their digest is wrong; `offset` and `length` are any.
 */
bool cursor_peek(const struct cursor *c, uint64_t offset, uint8_t *buffer,
    size_t length);

#endif
