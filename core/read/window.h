/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * window.h - the stream as one sequence of bytes, of which some can be seen
 *
 * Joins the chunks of all volumes: takes the volume headers and the blocks that
 * a later volume repeats out, and stands gaps in for what could not be read.
 * The cursor only moves forward, except by window_return().  At most
 * WINDOW_PIECES chunks are held.
 *
 * Positions count bytes from behind the first volume header, gaps included.
 */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include "core/read/volumes.h"

#define WINDOW_PIECES 24
#define WINDOW_WORTH 32768		/* bytes; less is read, not jumped over */
#define WINDOW_FAR_WORTH ((uint64_t)8 << 20)	/* the same of a drive that
					   knows where it goes, by a table */
#define WINDOW_AHEAD ((uint64_t)16 << 20)	/* bytes that can be seen */

/* What is at a place. */
enum window_sight {
	WINDOW_BYTES,
	WINDOW_GAP,		/* bytes that are missing; their number is
				   known */
	WINDOW_BREAK,		/* it is unknown how much is missing */
	WINDOW_FAR,		/* beyond what can be seen, or on another
				   volume while `stays` is set */
	WINDOW_END		/* of the stream */
};

struct window_piece {
	enum window_sight sight;	/* WINDOW_BYTES, _GAP or _BREAK */
	const uint8_t *bytes;
	uint64_t length;		/* of a WINDOW_BREAK: 0 */
	struct chunk *chunk;		/* held; NULL unless WINDOW_BYTES */
	uint32_t volume;
	uint64_t position;		/* of bytes[0] in that volume */
	bool begins_volume;		/* with a volume before it */
};

struct window {
	struct volumes *volumes;	/* borrowed */
	uint32_t block;			/* bytes */
	struct window_piece pieces[WINDOW_PIECES];
	unsigned int first;		/* of them, in a ring */
	unsigned int count;
	uint64_t cursor;		/* position of the first piece */
	uint64_t seen;			/* bytes of all pieces */
	uint32_t volume;		/* last one begun; 0: none yet */
	uint64_t begun_at;		/* position where it begins */
	unsigned int begun;		/* volumes begun in all */
	uint8_t *tape;			/* its header block, owned */
	struct header tape_header;	/* decoded from it */
	uint64_t repeated;		/* bytes yet to be dropped */
	bool stays;			/* do not open another volume: set by
					   whoever looks for what may be there */
	bool changes;			/* the volume that comes is not the one
					   after the last */
	bool ended;			/* there are no more chunks */
	uint8_t *scratch;		/* bytes of several pieces, owned */
};

/* Returns false if out of memory. */
bool window_init(struct window *w, struct volumes *volumes);
void window_free(struct window *w);

/*
 * `length` contiguous bytes (a block at most) at `distance` bytes from the
 * cursor; NULL if there are none, and *sight tells why.  Valid until the next
 * call.
 */
const uint8_t *window_look(struct window *w, uint64_t distance, size_t length,
    enum window_sight *sight);

/* What is at the cursor: the piece, or NULL at the end of the stream. */
const struct window_piece *window_here(struct window *w);

/* Move on by so many bytes, or to the next break or the end; returns how far. */
uint64_t window_pass(struct window *w, uint64_t bytes);

/* Pass over a break at the cursor; false if there is none. */
bool window_pass_break(struct window *w);

/*
 * Move on by so many bytes without reading them.  False if that is not worth it
 * or the medium cannot, or it is not sure that the volume is that long; the
 * cursor is where it was.
 */
bool window_jump(struct window *w, uint64_t distance);

/*
 * The same for those who look what is there, and return if it is not what they
 * expect: the volume may be shorter.  A drive is moved if it passes over
 * `worth` bytes at least.
 */
bool window_leap(struct window *w, uint64_t distance, uint64_t worth);

/*
 * Leap to a place of another volume, reading up to it if it must be; the cursor
 * counts on from where it was.  False if that volume, or its place, cannot be
 * had: then only window_return() helps.
 */
bool window_change(struct window *w, uint32_t volume, uint64_t position);

/*
 * Remember the cursor, and go back there.  False if the medium cannot.  Where
 * another volume has come by itself, and not by window_change(), it is kept.
 */
struct window_mark {
	uint64_t cursor;
	uint64_t position;		/* in the volume */
	uint32_t volume;
	unsigned int begun;		/* volumes, till then; */
	uint64_t begun_at;		/*   the last one, there */
};
bool window_mark(struct window *w, struct window_mark *mark);
bool window_return(struct window *w, const struct window_mark *mark);

#endif
