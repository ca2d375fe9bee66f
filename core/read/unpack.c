/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/unpack.h"

#include <stdlib.h>
#include <string.h>

#include "core/format/decompress.h"
#include "core/format/header_decode.h"

#define RAW_ROOM (3 * VOLUME_READ_ROOM)

/* Places that look like a record are tried; a hostile volume has many. */
#define TRIALS_MAX 10000

struct unpack {
	struct dialect dialect;
	uint32_t blocking;
	struct volume_read *volume;
	uint8_t *raw;			/* RAW_ROOM bytes of the volume */
	size_t begin;			/* of what is not yet used */
	size_t end;
	uint8_t *trial;			/* a record, decompressed */
	size_t plain;			/* bytes left of the first record */
	bool is_plain;			/* all of the volume is */
	bool has_record;		/* one of it was decoded */
	bool astray;			/* where the next begins, is unknown */
	unsigned int trials;

	/* What the medium said last, if it was not data. */
	bool is_stopped;
	enum volume_read_result stop;
	size_t lost;

	/* A result that waits until the data before it has been passed on. */
	bool is_pending;
	enum volume_read_result pending;
	size_t pending_length;
};

struct unpack *
unpack_new(const struct dialect *d, uint32_t blocking,
    struct volume_read *volume)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->dialect = *d;
	u->blocking = blocking;
	u->volume = volume;
	u->raw = malloc(RAW_ROOM);
	u->trial = malloc(decompress_room(blocking));
	if (u->raw == NULL || u->trial == NULL) {
		unpack_free(u);
		return NULL;
	}
	unpack_begin(u);
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	free(u->raw);
	free(u->trial);
	free(u);
}

static size_t
record_size(const struct unpack *u)
{
	return (size_t)u->blocking * u->dialect.block_size;
}

void
unpack_begin(struct unpack *u)
{
	u->begin = u->end = 0;
	u->plain = record_size(u);
	u->is_plain = u->has_record = u->astray = false;
	u->is_stopped = u->is_pending = false;
	u->trials = 0;
}

void
unpack_put(struct unpack *u, const uint8_t *bytes, size_t length)
{
	memcpy(u->raw, bytes, length);
	u->begin = 0;
	u->end = length;
}

/* --------------------------------------------------------------- raw bytes */

static void
read_raw(struct unpack *u)
{
	size_t length;

	if (RAW_ROOM - u->end < VOLUME_READ_ROOM) {
		memmove(u->raw, u->raw + u->begin, u->end - u->begin);
		u->end -= u->begin;
		u->begin = 0;
	}
	const enum volume_read_result result = volume_read_next(u->volume,
	    u->raw + u->end, RAW_ROOM - u->end, &length);
	if (result == VOLUME_READ_DATA) {
		u->end += length;
		return;
	}
	u->is_stopped = true;
	u->stop = result;
	u->lost = length;
}

/* At most VOLUME_READ_ROOM and a record. */
static bool
need(struct unpack *u, size_t bytes)
{
	while (u->end - u->begin < bytes && !u->is_stopped)
		read_raw(u);
	return u->end - u->begin >= bytes;
}

/*
 * There is not enough.  A piece of a record at the end is lost; how much of the
 * stream that was, nobody knows, unless the medium has plain bytes.
 */
static enum volume_read_result
tell_stop(struct unpack *u, size_t *length)
{
	const bool is_piece = u->end > u->begin;
	const bool was_plain = u->plain > 0 || u->is_plain;

	*length = 0;
	u->begin = u->end;
	if (u->stop != VOLUME_READ_LOST)
		return is_piece ? VOLUME_READ_LOST : u->stop;
	u->is_stopped = false;
	if (was_plain && u->lost > 0)
		*length = u->lost;
	if (u->plain > 0)
		u->plain -= u->lost > 0 && u->lost < u->plain ? u->lost :
		    u->plain;
	u->astray = !u->is_plain && u->plain == 0;
	return VOLUME_READ_LOST;
}

/* ------------------------------------------------------------------ records */

static enum volume_read_result
take_plain(struct unpack *u, uint8_t *out, size_t room, size_t *length)
{
	const size_t most = u->is_plain || u->plain > room ? room : u->plain;

	need(u, u->is_plain ? 1 : most);
	const size_t there = u->end - u->begin;
	const size_t part = there < most ? there : most;
	if (part == 0)
		return tell_stop(u, length);
	memcpy(out, u->raw + u->begin, part);
	u->begin += part;
	u->plain -= part < u->plain ? part : u->plain;
	*length = part;
	return VOLUME_READ_DATA;
}

static bool
unpack_record(struct unpack *u, const struct decompress_prefix *prefix,
    uint8_t *out, size_t room, size_t *length)
{
	const uint8_t *in = u->raw + u->begin + DECOMPRESS_PREFIX_BYTES;

	if (prefix->is_compressed)
		return decompress(prefix->algorithm, in, prefix->length, out,
		    room, length) && *length > 0 &&
		    *length % u->dialect.block_size == 0;
	if (prefix->length > room)
		return false;
	memcpy(out, in, prefix->length);
	*length = prefix->length;
	return true;
}

/* Some writers said that they compress, and did not. */
static bool
looks_plain(struct unpack *u)
{
	const size_t block = u->dialect.block_size;

	need(u, VOLUME_READ_ROOM);
	for (size_t at = u->begin; at + block <= u->end; at += block)
		if (header_has_magic(&u->dialect, u->raw + at) &&
		    dialect_checksum_is_right(&u->dialect, u->raw + at))
			return true;
	return false;
}

static bool
get_prefix(struct unpack *u, struct decompress_prefix *prefix)
{
	return need(u, DECOMPRESS_PREFIX_BYTES) &&
	    decompress_prefix_decode(&u->dialect, u->blocking,
	    u->raw + u->begin, prefix);
}

/* The record was passed; is it one that another follows, or the end? */
static void
check_next(struct unpack *u)
{
	struct decompress_prefix prefix;

	u->astray = need(u, 1) && !get_prefix(u, &prefix);
}

static enum volume_read_result
take_record(struct unpack *u, uint8_t *out, size_t room, size_t *length)
{
	struct decompress_prefix prefix;

	if (!need(u, DECOMPRESS_PREFIX_BYTES))
		return tell_stop(u, length);
	if (!get_prefix(u, &prefix)) {
		u->is_plain = !u->has_record && looks_plain(u);
		if (u->is_plain)
			return take_plain(u, out, room, length);
		u->astray = true;
		*length = 0;
		return VOLUME_READ_LOST;
	}
	if (!need(u, DECOMPRESS_PREFIX_BYTES + prefix.length))
		return tell_stop(u, length);
	const bool good = unpack_record(u, &prefix, out, room, length);
	u->begin += DECOMPRESS_PREFIX_BYTES + prefix.length;
	u->has_record = true;
	if (good)
		return VOLUME_READ_DATA;
	check_next(u);
	*length = record_size(u);
	return VOLUME_READ_LOST;
}

/* ------------------------------------------------------------------- astray */

static bool
is_record(struct unpack *u)
{
	struct decompress_prefix prefix, next;
	size_t length;

	if (!get_prefix(u, &prefix) ||
	    !need(u, DECOMPRESS_PREFIX_BYTES + prefix.length))
		return false;
	if (prefix.is_compressed)
		return u->trials++ < TRIALS_MAX && unpack_record(u, &prefix,
		    u->trial, decompress_room(u->blocking), &length);
	if (prefix.length != record_size(u) ||
	    !need(u, prefix.length + (size_t)2 * DECOMPRESS_PREFIX_BYTES))
		return false;
	return decompress_prefix_decode(&u->dialect, u->blocking, u->raw +
	    u->begin + DECOMPRESS_PREFIX_BYTES + prefix.length, &next);
}

/* Go to where a record begins.  False: there is none before the next stop. */
static bool
find_record(struct unpack *u)
{
	while (need(u, DECOMPRESS_PREFIX_BYTES)) {
		if (is_record(u)) {
			u->astray = false;
			return true;
		}
		u->begin++;
	}
	return false;
}

/* ---------------------------------------------------------------------- all */

static enum volume_read_result
take(struct unpack *u, uint8_t *out, size_t room, size_t *length)
{
	if (u->plain > 0 || u->is_plain)
		return take_plain(u, out, room, length);
	if (u->astray && !find_record(u)) {
		u->begin = u->end;	/* what is left was told to be lost */
		return tell_stop(u, length);
	}
	return take_record(u, out, room, length);
}

enum volume_read_result
unpack_next(struct unpack *u, uint8_t *buffer, size_t room, size_t *length)
{
	size_t filled = 0, part;

	while (!u->is_pending && (filled == 0 ||
	    room - filled >= decompress_room(u->blocking))) {
		const enum volume_read_result result = take(u, buffer + filled,
		    room - filled, &part);
		if (result == VOLUME_READ_DATA) {
			filled += part;
			continue;
		}
		u->is_pending = true;
		u->pending = result;
		u->pending_length = part;
	}
	*length = filled;
	if (filled > 0)
		return VOLUME_READ_DATA;
	u->is_pending = false;
	*length = u->pending_length;
	return u->pending;
}
