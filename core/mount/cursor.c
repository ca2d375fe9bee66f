/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/cursor.h"

#define REPEATED_MAX 1024	/* blocks: the largest record */

/*
 * From the end of a volume to the next one.  After an end of medium, that
 * repeats what was at the end of the one before, and says so by the number of
 * its first block.
 */
static bool
cross(struct cursor *c)
{
	const uint32_t block = piece_cache_dialect(c->cache)->block_size;
	struct header h;

	/* Sun's may be a header of what goes on, too. */
	if (c->volume == UINT32_MAX ||
	    !piece_cache_volume_header(c->cache, c->volume + 1, &h) || h.continues)
		return false;
	c->volume++;
	c->position = block;
	if (h.first_record != 0 && h.first_record == h.tapea &&
	    h.first_record < c->number &&
	    c->number - h.first_record <= REPEATED_MAX)
		c->position += (c->number - h.first_record) * block;
	else
		c->number++;	/* its header is counted */
	return true;
}

static void
advance(struct cursor *c, uint64_t *bytes, uint64_t part)
{
	c->position += part;
	c->number += part / piece_cache_dialect(c->cache)->block_size;
	*bytes -= part;
}

/* Of the next bytes, as many as are before the end of the volume. */
static bool
pass(struct cursor *c, uint64_t *bytes)
{
	uint64_t end;

	if (*bytes > UINT64_MAX / 2 || c->position > UINT64_MAX / 2)
		return false;
	switch (piece_cache_probe(c->cache, c->volume, c->position + *bytes - 1)) {
	case PIECE_READ:
		advance(c, bytes, *bytes);
		return true;
	case PIECE_LOST:
		return false;
	default:
		break;
	}
	if (!piece_cache_end(c->cache, c->volume, c->position, &end) ||
	    end < c->position || end - c->position > *bytes)
		return false;
	advance(c, bytes, end - c->position);
	return *bytes == 0 || cross(c);
}

bool
cursor_skip(struct cursor *c, uint64_t bytes)
{
	while (bytes > 0)
		if (!pass(c, &bytes))
			return false;
	return true;
}

/* What is within one volume; *done: how much that was. */
static enum piece_result
read_part(const struct cursor *c, bool checked, uint8_t *buffer,
    size_t length, size_t *done)
{
	enum piece_result result = PIECE_READ;
	size_t got;

	*done = 0;
	while (*done < length && result == PIECE_READ) {
		result = piece_cache_read(c->cache, c->volume,
		    c->position + *done, checked, buffer + *done,
		    length - *done, &got);
		*done += got;
	}
	return result;
}

static bool
read_on(struct cursor *c, bool checked, uint8_t *buffer, size_t length)
{
	size_t done;

	while (length > 0) {
		const enum piece_result result = read_part(c, checked, buffer,
		    length, &done);
		uint64_t left = length;
		advance(c, &left, done);
		buffer += done;
		length -= done;
		if (result == PIECE_LOST || (result == PIECE_END && !cross(c)))
			return false;
	}
	return true;
}

bool
cursor_read(struct cursor *c, uint8_t *buffer, size_t length)
{
	return read_on(c, false, buffer, length);
}

bool
cursor_peek(const struct cursor *c, uint64_t offset, uint8_t *buffer,
    size_t length)
{
	const uint32_t block = piece_cache_dialect(c->cache)->block_size;
	struct cursor at = *c;

	if (!cursor_skip(&at, offset - offset % block))
		return false;
	/* Within a block nothing is between. */
	size_t done;
	at.position += offset % block;
	const enum piece_result result = read_part(&at, true, buffer, length,
	    &done);
	if (result == PIECE_READ)
		return true;
	if (result == PIECE_LOST)
		return false;
	at.position -= offset % block;
	uint64_t left = (offset % block) + done;
	advance(&at, &left, left);
	return cross(&at) && read_on(&at, true, buffer + done, length - done);
}
