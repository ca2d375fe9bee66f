/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * directory_piece.h - contents of a directory, in pieces that can be decoded
 *
 * A set gives the bytes of a directory as they come; they are decoded in
 * multiples of 1 KiB, and behind a gap from the next multiple on.
 */
#ifndef CORE_DIRECTORY_PIECE_H
#define CORE_DIRECTORY_PIECE_H

#include "core/read/set.h"

#define DIRECTORY_PIECE_BYTES 65536u

struct directory_piece {	/* `used` is 0 at first */
	/* Decode them; called with 1 byte at least. */
	void (*decode)(void *arg, const uint8_t *bytes, size_t length);
	void *arg;
	size_t used;
	uint8_t bytes[DIRECTORY_PIECE_BYTES];
};

/* A directory begins. */
void directory_piece_begin(struct directory_piece *p);

/* SET_DATA of it. */
void directory_piece_data(struct directory_piece *p,
    const struct set_item *item);

/* SET_HOLE or SET_LOST_DATA: what is before it is decoded as far as whole. */
void directory_piece_gap(struct directory_piece *p);

/* It ends: decode all that is left. */
void directory_piece_end(struct directory_piece *p);

#endif
