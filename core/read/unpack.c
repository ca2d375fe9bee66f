/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/unpack.h"

#include <stdlib.h>
#include <string.h>

#include "core/format/decompress.h"
#include "core/format/header_decode.h"

#define RAW_ROOM (3 * VOLUME_READ_ROOM)

/* Places that look like a record are tried; a hostile volume has many. */
#define TRIALS_MAX 10000

/* So many records cannot all be damaged, and yet say how long they are. */
#define ENCRYPTED_MIN 8
#define ENCRYPTED_BYTES (VOLUME_READ_ROOM / 2)

/* So many places are noted; then every second one is dropped. */
#define PLACES_MAX 65536

/* What is read at once after going to a place; then twice as much. */
#define STEP_MIN ((size_t)64 << 10)

struct unpack {
	struct dialect dialect;
	uint32_t blocking;
	struct volume_read *volume;
	uint8_t *raw;			/* RAW_ROOM bytes of the volume */
	size_t begin;			/* of what is not yet used */
	size_t end;
	uint8_t *trial;			/* a record, decompressed */
	uint64_t end_at;		/* of the volume, bytes before raw[end] */
	size_t step;			/* bytes to be read at once */
	uint64_t record;		/* number of the one that comes next, */
	bool is_counted;		/*   if this is set */
	uint64_t *places;		/* owned; [i]: where record i * apart
					   + 1 begins */
	size_t place_count;
	uint64_t apart;
	size_t plain;			/* bytes left of the first record */
	bool is_plain;			/* all of the volume is */
	bool has_record;		/* one of it was decoded */
	bool astray;			/* where the next begins, is unknown: */
	size_t searched;		/*   bytes behind what was before it, */
	size_t claimed;			/*   of which so many may belong to
					   that after all */
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
	u->places = malloc(PLACES_MAX * sizeof(*u->places));
	if (u->raw == NULL || u->trial == NULL || u->places == NULL) {
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
	free(u->places);
	free(u);
}

static size_t
record_size(const struct unpack *u)
{
	return (size_t)u->blocking * u->dialect.block_size;
}

size_t
unpack_room(const struct unpack *u)
{
	return decompress_room(u->blocking);
}

void
unpack_begin(struct unpack *u)
{
	u->begin = u->end = 0;
	u->end_at = 0;
	u->step = VOLUME_READ_ROOM;
	u->record = 0;
	u->is_counted = true;
	u->place_count = 0;
	u->apart = 1;
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
	u->end_at = length;
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
	const size_t room = u->step < RAW_ROOM - u->end ? u->step :
	    RAW_ROOM - u->end;
	if (u->step < RAW_ROOM)
		u->step *= 2;
	const enum volume_read_result result = volume_read_next(u->volume,
	    u->raw + u->end, room, &length);
	if (result == VOLUME_READ_DATA) {
		u->end += length;
		u->end_at += length;
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

static void
go_astray(struct unpack *u, size_t claimed)
{
	u->astray = true;
	u->is_counted = false;
	u->searched = 0;
	u->claimed = claimed;
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
	u->is_stopped = u->is_counted = false;
	if (was_plain && u->lost > 0)
		*length = u->lost;
	if (u->plain > 0)
		u->plain -= u->lost > 0 && u->lost < u->plain ? u->lost :
		    u->plain;
	if (!u->is_plain && u->plain == 0)
		go_astray(u, SIZE_MAX);
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
	u->record = u->plain > 0 ? 0 : 1;
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

/* Is there another record behind so many bytes, or nothing? */
static bool
is_followed(struct unpack *u, size_t bytes)
{
	struct decompress_prefix next;

	return !need(u, bytes + DECOMPRESS_PREFIX_BYTES) ||
	    decompress_prefix_decode(&u->dialect, u->blocking,
	    u->raw + u->begin + bytes, &next);
}

/* ------------------------------------------------------------------- noting */

/* Where the next record begins. */
static uint64_t
here(const struct unpack *u)
{
	return u->end_at - (u->end - u->begin);
}

/* Every second one is enough. */
static void
thin_out(struct unpack *u)
{
	u->place_count /= 2;
	u->apart *= 2;
	for (size_t i = 1; i < u->place_count; i++)
		u->places[i] = u->places[2 * i];
}

static void
note_place(struct unpack *u)
{
	const uint64_t behind = u->record - 1;

	if (!u->is_counted || behind % u->apart != 0 ||
	    behind / u->apart != u->place_count)
		return;
	if (u->place_count == PLACES_MAX)
		thin_out(u);
	if (behind % u->apart == 0)
		u->places[u->place_count++] = here(u);
}

/* ------------------------------------------------------------------- astray */

/* Is a whole record here, that can be decompressed? */
static bool
is_whole(struct unpack *u)
{
	struct decompress_prefix prefix;
	size_t length;

	if (!get_prefix(u, &prefix) ||
	    !need(u, DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length))
		return false;
	return prefix.is_compressed ? unpack_record(u, &prefix, u->trial,
	    unpack_room(u), &length) : prefix.length == record_size(u) &&
	    is_followed(u, DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length);
}

/* Decompressing takes time. */
static bool
is_record(struct unpack *u)
{
	struct decompress_prefix prefix;

	return get_prefix(u, &prefix) && (!prefix.is_compressed ||
	    u->trials++ < TRIALS_MAX) && is_whole(u);
}

/* Go to where a record begins.  False: there is none before the next stop. */
static bool
find_record(struct unpack *u)
{
	while (need(u, DECOMPRESS_PREFIX_BYTES)) {
		if (is_record(u))
			return true;
		u->begin++;
		u->searched++;
	}
	return false;
}

/*
 * Where the next record begins tells whether one is lost between it and the
 * last one, or nothing, or more.  Returns DATA if nothing is.
 */
static enum volume_read_result
resume(struct unpack *u, size_t *length)
{
	const bool found = find_record(u);
	u->astray = false;
	*length = 0;
	if (!found) {
		u->begin = u->end;
		return u->claimed == SIZE_MAX || u->stop == VOLUME_READ_LOST ?
		    tell_stop(u, length) : VOLUME_READ_LOST;
	}
	if (u->claimed == SIZE_MAX)
		return VOLUME_READ_DATA;	/* that was told */
	if (u->searched < u->claimed)
		return VOLUME_READ_DATA;
	if (u->searched - u->claimed <= DECOMPRESS_PREFIX_BYTES +
	    record_size(u))
		*length = record_size(u);
	return VOLUME_READ_LOST;
}

/* ------------------------------------------------------------------ records */

/* The prefix makes no sense, or says more than there is. */
static enum volume_read_result
lose_record(struct unpack *u, size_t *length)
{
	go_astray(u, 0);
	u->begin++;
	u->searched++;
	return resume(u, length);
}

/*
 * If nothing that could be a record follows, its length is not to be believed:
 * the next one may begin within it.
 */
static enum volume_read_result
take_record(struct unpack *u, uint8_t *out, size_t room, size_t *length)
{
	struct decompress_prefix prefix;

	if (!need(u, DECOMPRESS_PREFIX_BYTES))
		return tell_stop(u, length);
	if (!get_prefix(u, &prefix)) {
		u->is_plain = !u->has_record && looks_plain(u);
		return u->is_plain ? take_plain(u, out, room, length) :
		    lose_record(u, length);
	}
	const size_t size = DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length;
	if (!need(u, size))
		return lose_record(u, length);
	const bool good = unpack_record(u, &prefix, out, room, length);
	const bool followed = is_followed(u, size);
	u->has_record = true;
	note_place(u);
	u->record++;
	if (!good || *length != record_size(u))
		u->is_counted = false;
	u->begin += followed ? size : DECOMPRESS_PREFIX_BYTES;
	if (!followed)
		go_astray(u, good ? prefix.length : 0);
	if (good)
		return VOLUME_READ_DATA;
	*length = record_size(u);
	return followed ? VOLUME_READ_LOST : resume(u, length);
}

/* ---------------------------------------------------------------- encrypted */

/* A record at that distance; 0: there is none that says to be compressed. */
static size_t
size_of_record(struct unpack *u, size_t at, struct decompress_prefix *prefix)
{
	if (at + DECOMPRESS_PREFIX_BYTES > VOLUME_READ_ROOM ||
	    !need(u, at + DECOMPRESS_PREFIX_BYTES) ||
	    !decompress_prefix_decode(&u->dialect, u->blocking,
	    u->raw + u->begin + at, prefix) || !prefix->is_compressed)
		return 0;
	const size_t size = DECOMPRESS_PREFIX_BYTES + (size_t)prefix->length;
	return need(u, at + size) ? size : 0;
}

bool
unpack_is_encrypted(struct unpack *u)
{
	struct decompress_prefix prefix;
	size_t at = u->plain, size, length;
	unsigned int found = 0;
	bool is_unknown = true;		/* the algorithm of all */

	while (found < ENCRYPTED_MIN &&
	    (size = size_of_record(u, at, &prefix)) > 0) {
		if (decompress(prefix.algorithm, u->raw + u->begin + at +
		    DECOMPRESS_PREFIX_BYTES, prefix.length, u->trial,
		    decompress_room(u->blocking), &length))
			return false;
		is_unknown = is_unknown && prefix.algorithm > ALGORITHM_LZO1X;
		found++;
		at += size;
	}
	return found == ENCRYPTED_MIN || (found > 1 && at >= ENCRYPTED_BYTES) ||
	    (is_unknown && found > 0 && at == u->end - u->begin &&
	    u->is_stopped);
}

/* ------------------------------------------------------------------ places */

bool
unpack_goes(const struct unpack *u)
{
	return u->is_counted && !u->is_plain && volume_read_seeks(u->volume) &&
	    volume_read_size(u->volume) > 0;
}

/* Where reading goes on, if going elsewhere fails. */
struct state {
	uint64_t at;
	uint64_t record;
	size_t plain;
	bool is_pending;
};

/* To a byte of the volume, at which a record begins.  False: it is nowhere. */
static bool
jump(struct unpack *u, uint64_t at, uint64_t record, size_t plain)
{
	size_t before;

	u->begin = u->end = 0;
	u->end_at = at;
	u->step = STEP_MIN;
	u->record = record;
	u->plain = plain;
	u->is_stopped = u->is_pending = false;
	if (volume_read_reach(u->volume, at, &before))
		return true;
	u->is_stopped = true;
	u->stop = VOLUME_READ_FAILED;
	return false;
}

static struct state
state_of(const struct unpack *u)
{
	return (struct state){ here(u), u->record, u->plain, u->is_pending };
}

static void
go_back_to(struct unpack *u, const struct state *s)
{
	jump(u, s->at, s->record, s->plain);
	u->is_pending = s->is_pending;
}

/* The last record before that one whose place is known, or that one. */
static bool
go_near(struct unpack *u, uint64_t record)
{
	if (record == 0)
		return jump(u, 0, 0, record_size(u));
	uint64_t i = (record - 1) / u->apart;
	if (u->place_count == 0)
		i = 0;
	else if (i >= u->place_count)
		i = u->place_count - 1;
	const uint64_t known = i * u->apart + 1;
	if (u->plain == 0 && !u->is_pending && u->record >= known &&
	    u->record <= record)
		return true;
	return jump(u, u->place_count == 0 ? record_size(u) : u->places[i],
	    known, 0);
}

/* Pass over a record without decompressing it.  False: there is none. */
static bool
hop(struct unpack *u)
{
	struct decompress_prefix prefix;

	if (!get_prefix(u, &prefix) ||
	    !need(u, DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length) ||
	    (!prefix.is_compressed && prefix.length != record_size(u)))
		return false;
	note_place(u);
	u->begin += DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length;
	u->record++;
	return true;
}

/* Is the next record here, and whole? */
static bool
is_here(struct unpack *u)
{
	return u->record == 0 ? need(u, 1) : is_whole(u);
}

bool
unpack_go_to(struct unpack *u, uint64_t position, size_t *before)
{
	const struct state state = state_of(u);
	const uint64_t record = position / record_size(u);

	*before = (size_t)(position % record_size(u));
	if (!unpack_goes(u))
		return false;
	bool ok = go_near(u, record);
	while (ok && u->record < record)
		ok = hop(u);
	if (ok && is_here(u))
		return true;
	go_back_to(u, &state);
	return false;
}

/* Does the volume end here? */
static bool
is_at_end(struct unpack *u)
{
	return !need(u, 1) && u->stop == VOLUME_READ_END;
}

bool
unpack_go_to_end(struct unpack *u, uint64_t *position)
{
	const struct state state = state_of(u);
	uint64_t last = 0, at = 0;

	if (!unpack_goes(u))
		return false;
	bool ok = go_near(u, UINT64_MAX);
	while (ok && !is_at_end(u)) {
		last = u->record;
		at = here(u);
		ok = hop(u);
	}
	*position = last * record_size(u);
	if (ok && jump(u, at, last, last == 0 ? record_size(u) : 0) &&
	    is_here(u))
		return true;
	go_back_to(u, &state);
	return false;
}

/* ---------------------------------------------------------------------- all */

static enum volume_read_result
take(struct unpack *u, uint8_t *out, size_t room, size_t *length)
{
	if (u->plain > 0 || u->is_plain)
		return take_plain(u, out, room, length);
	if (u->astray) {
		const enum volume_read_result result = resume(u, length);
		if (result != VOLUME_READ_DATA)
			return result;
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
