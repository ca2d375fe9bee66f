/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/directory_piece.h"

#include <string.h>

#define UNIT 1024u		/* DIRECTORY_PIECE_BYTES is a multiple of it */

/* The first `length` bytes; the rest is kept. */
static void
decode(struct directory_piece *p, size_t length)
{
	if (length > 0)
		p->decode(p->arg, p->bytes, length);
	p->used -= length;
	memmove(p->bytes, p->bytes + length, p->used);
}

void
directory_piece_begin(struct directory_piece *p)
{
	p->used = 0;
}

void
directory_piece_data(struct directory_piece *p, const struct set_item *item)
{
	const uint8_t *bytes = item->bytes;
	uint64_t left = item->length;

	/* Behind a gap, up to where decoding can begin. */
	if (p->used == 0 && item->offset % UNIT != 0) {
		const uint64_t off = UNIT - item->offset % UNIT;
		if (off >= left)
			return;
		bytes += off;
		left -= off;
	}
	while (left > 0) {
		const size_t room = DIRECTORY_PIECE_BYTES - p->used;
		const size_t n = left < room ? (size_t)left : room;
		memcpy(p->bytes + p->used, bytes, n);
		p->used += n;
		bytes += n;
		left -= n;
		if (p->used == DIRECTORY_PIECE_BYTES)
			decode(p, DIRECTORY_PIECE_BYTES);
	}
}

void
directory_piece_gap(struct directory_piece *p)
{
	decode(p, p->used - p->used % UNIT);
	p->used = 0;
}

void
directory_piece_end(struct directory_piece *p)
{
	decode(p, p->used);
	p->used = 0;
}
