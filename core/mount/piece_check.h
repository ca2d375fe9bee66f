/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * piece_check.h - digests of the pieces of a set, and how those that were read
 * compare
 *
 * From the index of the set; see core/read/pieces.h.  Costs 9 bytes for each
 * piece of up to a MiB, in a temporary file if that is much: 100 TB take 860 MB.
 *
 * One thread fills it, and later one at a time uses it.
 */
#ifndef CORE_PIECE_CHECK_H
#define CORE_PIECE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIECE_CHECK_BYTES ((size_t)1 << 20)	/* of a piece, at most */

struct piece_check;

/* `folder`: of the temporary file.  NULL with errno set. */
struct piece_check *piece_check_new(const char *folder);
void piece_check_free(struct piece_check *c);		/* accepts NULL */

/*
 * `count` digests of pieces of `piece` tape blocks, from number `first` on, of a
 * volume that has `blocks` tape blocks.  What cannot be, or comes in no order, is
 * left out.  False with errno set.
 */
bool piece_check_add(struct piece_check *c, uint32_t volume, uint64_t blocks,
    uint32_t piece, uint64_t first, const uint64_t *digests, size_t count);

enum piece_state {
	PIECE_NOT_READ,		/* nothing is known yet */
	PIECE_GOOD,
	PIECE_BAD,
	PIECE_UNKNOWN		/* it has no digest, or cannot be compared */
};

/* The piece that a place is in. */
struct piece_place {
	uint64_t begin, end;	/* bytes from the beginning of the volume */
	uint64_t number;	/* in the list */
};

/* *place is filled in unless it is PIECE_UNKNOWN. */
enum piece_state piece_check_find(const struct piece_check *c,
    uint32_t volume, uint64_t position, struct piece_place *place);

/*
 * What was read of a piece, all of it, on a volume with records of that size, in
 * bytes.  Returns what it is from now on.
 */
enum piece_state piece_check_compare(struct piece_check *c,
    const struct piece_place *place, const uint8_t *bytes, uint32_t record);

/* It cannot be read as a whole. */
void piece_check_give_up(struct piece_check *c,
    const struct piece_place *place);

#endif
