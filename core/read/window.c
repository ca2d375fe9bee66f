/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/window.h"

#include <stdlib.h>
#include <string.h>

#define REPEATED_MAX 1024	/* blocks: the largest record */

bool
window_init(struct window *w, struct volumes *volumes)
{
	*w = (struct window){
		.volumes = volumes,
		.block = volumes_dialect(volumes)->block_size,
		.tape = malloc(DIALECT_BLOCK_MAX),
		.scratch = malloc(DIALECT_BLOCK_MAX),
	};
	return w->tape != NULL && w->scratch != NULL;
}

static struct window_piece *
piece_at(struct window *w, unsigned int i)
{
	return &w->pieces[(w->first + i) % WINDOW_PIECES];
}

static void
drop_first(struct window *w)
{
	const struct window_piece *piece = piece_at(w, 0);

	if (piece->chunk != NULL)
		chunk_release(piece->chunk);
	w->seen -= piece->length;
	w->first = (w->first + 1) % WINDOW_PIECES;
	w->count--;
}

void
window_free(struct window *w)
{
	while (w->count > 0)
		drop_first(w);
	free(w->tape);
	free(w->scratch);
}

/* ----------------------------------------------------------------- pulling */

static struct window_piece *
add_piece(struct window *w, enum window_sight sight, uint64_t length)
{
	struct window_piece *piece = piece_at(w, w->count++);

	*piece = (struct window_piece){ .sight = sight, .length = length };
	w->seen += length;
	return piece;
}

static void
add_lost(struct window *w, uint64_t lost)
{
	if (lost == CHUNK_LOST_UNKNOWN ||
	    lost > UINT64_MAX / 2 - w->cursor - w->seen)
		add_piece(w, WINDOW_BREAK, 0);
	else if (lost > 0)
		add_piece(w, WINDOW_GAP, lost);
}

/*
 * After an end of medium, a volume repeats what was at the end of the one
 * before, and says so by the number of its first block.
 */
static uint64_t
count_repeated(const struct window *w, const struct header *tape)
{
	const uint64_t next = (w->cursor + w->seen) / w->block + w->begun;

	if (w->begun == 0 || tape->first_record == 0 ||
	    tape->first_record != tape->tapea || tape->first_record >= next ||
	    next - tape->first_record > REPEATED_MAX)
		return 0;
	return (next - tape->first_record) * w->block;
}

/* Take the header of a volume out; returns how many bytes it has. */
static size_t
begin_volume(struct window *w, const struct chunk *chunk)
{
	const bool missing = w->begun > 0 && chunk->volume != w->volume + 1;

	if (missing || (w->cursor + w->seen) % w->block != 0)
		add_piece(w, WINDOW_BREAK, 0);
	w->volume = chunk->volume;
	w->begun_at = w->cursor + w->seen;
	w->repeated = 0;
	if (chunk->length < w->block)
		return 0;
	memcpy(w->tape, chunk->bytes, w->block);
	const bool is_good = header_decode(volumes_dialect(w->volumes),
	    w->tape, &w->tape_header);
	if (!is_good && w->begun == 0)
		return 0;	/* its loss is told where it is parsed */
	if (is_good && !missing && !w->changes)
		w->repeated = count_repeated(w, &w->tape_header);
	if (w->repeated == 0)	/* else it has no number of its own */
		w->begun++;
	return w->block;
}

static void
add_chunk(struct window *w, struct chunk *chunk)
{
	size_t from = 0;

	add_lost(w, chunk->lost);
	if (chunk->begins_volume)
		from = begin_volume(w, chunk);
	const size_t rest = chunk->length - from;
	const size_t repeated = w->repeated < rest ? (size_t)w->repeated : rest;
	w->repeated -= repeated;
	from += repeated;
	if (from == chunk->length) {
		chunk_release(chunk);
		return;
	}
	struct window_piece *piece = add_piece(w, WINDOW_BYTES,
	    chunk->length - from);
	piece->bytes = chunk->bytes + from;
	piece->chunk = chunk;
	piece->volume = chunk->volume;
	piece->position = chunk->position + from;
}

/* A chunk may need three pieces: what is lost before it, a break, itself. */
#define PIECES_OF_CHUNK 3

/* See more; false: no room, or the end. */
static bool
pull(struct window *w)
{
	if (w->ended || w->count + PIECES_OF_CHUNK > WINDOW_PIECES)
		return false;
	struct chunk *chunk = volumes_next(w->volumes, !w->stays);
	if (chunk == NULL) {
		w->ended = !w->stays;
		return false;
	}
	add_chunk(w, chunk);
	return true;
}

/* ----------------------------------------------------------------- looking */

/*
 * The piece that `distance` is in, *offset bytes from its begin; pulls what is
 * needed.  A break counts as the place behind its predecessor.
 */
static struct window_piece *
find_piece(struct window *w, uint64_t distance, uint64_t *offset,
    unsigned int *index)
{
	uint64_t begin = 0;

	for (unsigned int i = 0;; i++) {
		while (i >= w->count)
			if (!pull(w))
				return NULL;
		struct window_piece *piece = piece_at(w, i);
		*offset = distance - begin;
		*index = i;
		if (piece->sight == WINDOW_BREAK || *offset < piece->length)
			return piece;
		begin += piece->length;
	}
}

/* Copy bytes of several pieces. */
static const uint8_t *
join(struct window *w, unsigned int index, uint64_t offset, size_t length,
    enum window_sight *sight)
{
	size_t done = 0;

	while (done < length) {
		while (index >= w->count)
			if (!pull(w)) {
				*sight = w->ended ? WINDOW_END : WINDOW_FAR;
				return NULL;
			}
		const struct window_piece *piece = piece_at(w, index++);
		*sight = piece->sight;
		if (*sight != WINDOW_BYTES)
			return NULL;
		const uint64_t rest = piece->length - offset;
		const size_t part = rest < length - done ? (size_t)rest :
		    length - done;
		memcpy(w->scratch + done, piece->bytes + offset, part);
		done += part;
		offset = 0;
	}
	return w->scratch;
}

const uint8_t *
window_look(struct window *w, uint64_t distance, size_t length,
    enum window_sight *sight)
{
	unsigned int index;
	uint64_t offset;

	*sight = WINDOW_FAR;
	if (distance > WINDOW_AHEAD)
		return NULL;
	const struct window_piece *piece = find_piece(w, distance, &offset,
	    &index);
	if (piece == NULL) {
		*sight = w->ended ? WINDOW_END : WINDOW_FAR;
		return NULL;
	}
	*sight = piece->sight;
	if (*sight != WINDOW_BYTES)
		return NULL;
	if (piece->length - offset >= length)
		return piece->bytes + offset;
	return join(w, index, offset, length, sight);
}

const struct window_piece *
window_here(struct window *w)
{
	while (w->count == 0)
		if (!pull(w))
			return NULL;
	return piece_at(w, 0);
}

/* ------------------------------------------------------------------ moving */

uint64_t
window_pass(struct window *w, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes && window_here(w) != NULL) {
		struct window_piece *piece = piece_at(w, 0);
		if (piece->sight == WINDOW_BREAK)
			break;
		const uint64_t part = piece->length < bytes - done ?
		    piece->length : bytes - done;
		w->cursor += part;
		done += part;
		if (part == piece->length) {
			drop_first(w);
			continue;
		}
		if (piece->sight == WINDOW_BYTES)
			piece->bytes += part;
		piece->position += part;
		piece->length -= part;
		w->seen -= part;
	}
	return done;
}

bool
window_pass_break(struct window *w)
{
	if (w->count == 0 || piece_at(w, 0)->sight != WINDOW_BREAK)
		return false;
	drop_first(w);
	return true;
}

/* ----------------------------------------------------------------- jumping */

bool
window_leap(struct window *w, uint64_t distance, uint64_t worth)
{
	if (w->count == 0 || distance < w->seen + WINDOW_WORTH)
		return false;
	const struct window_piece *last = piece_at(w, w->count - 1);
	if (last->sight != WINDOW_BYTES || !volumes_go_to(w->volumes,
	    last->position + last->length + (distance - w->seen), worth))
		return false;
	while (w->count > 0)
		drop_first(w);
	w->cursor += distance;
	return true;
}

bool
window_jump(struct window *w, uint64_t distance)
{
	return volumes_knows_end(w->volumes) && window_leap(w, distance, 0);
}

bool
window_mark(struct window *w, struct window_mark *mark)
{
	const struct window_piece *here = window_here(w);

	if (here == NULL || here->sight != WINDOW_BYTES)
		return false;
	*mark = (struct window_mark){ w->cursor, here->position, here->volume,
		w->begun, w->begun_at };
	return true;
}

static void
drop_all(struct window *w)
{
	while (w->count > 0)
		drop_first(w);
	w->ended = false;
}

/* In the volume that begins at the cursor. */
static bool
pass_to(struct window *w, uint64_t position)
{
	const struct window_piece *here = window_here(w);

	if (here == NULL || here->sight != WINDOW_BYTES ||
	    here->position > position)
		return false;
	const uint64_t distance = position - here->position;
	return window_leap(w, distance, WINDOW_FAR_WORTH) ||
	    window_pass(w, distance) == distance;
}

bool
window_change(struct window *w, uint32_t volume, uint64_t position)
{
	const bool stays = w->stays;

	drop_all(w);
	w->volume = volume - 1;		/* none is missing */
	if (!volumes_go_to_volume(w->volumes, volume))
		return false;
	/* Where the cursor is says nothing of what this one repeats. */
	w->stays = w->changes = true;
	const bool ok = pass_to(w, position);
	w->changes = false;
	w->stays = stays;
	return ok;
}

bool
window_return(struct window *w, const struct window_mark *mark)
{
	if (w->volume != mark->volume) {
		if (!window_change(w, mark->volume, mark->position))
			return false;
	} else if (volumes_go_to(w->volumes, mark->position, 0)) {
		drop_all(w);
	} else {
		return false;
	}
	w->cursor = mark->cursor;
	w->begun = mark->begun;
	w->begun_at = mark->begun_at;
	return true;
}
