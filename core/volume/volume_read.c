/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/volume_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/output.h"
#include "core/volume/unfilter.h"

/*
 * A medium that yields nothing but losses, and has no known end, is given up
 * after so many.
 */
#define LOSSES_MAX 10000

/* What `at` is when it is not known: further than any volume reaches. */
#define NOWHERE (UINT64_MAX / 2)

/* What has been read from the output, but not by anyone behind it. */
struct raw {
	uint8_t *bytes;			/* owned; VOLUME_READ_ROOM; NULL: not
					   needed so far */
	size_t begin, end;		/* of those in it */
	enum de_status status;		/* of what follows them, */
	size_t lost;			/*   if it is not DE_OK */
	size_t skip;			/* bytes to come that are not wanted */
};

struct volume_read {
	const struct instance *output;
	bool is_open;
	uint32_t number;
	char medium[MESSAGE_NAME_BYTES];
	uint32_t properties;		/* DE_READING_... */
	uint64_t size;			/* bytes; 0: unknown */
	enum de_failure failure;	/* why it could not be opened */
	uint64_t at;			/* bytes from the beginning */
	uint64_t start;			/* position there */
	size_t record;			/* bytes of the longest record so far */
	bool is_uniform;		/* all records so far are that long */
	bool is_adrift;			/* near the end: `at` is unknown, and
					   so is the position */
	unsigned int losses;		/* since the last data */
	bool is_pending;		/* this comes next: */
	enum volume_read_result next;	/*   a loss, the end or a failure */
	size_t lost;			/*   bytes, of a loss */
	struct raw raw;
	struct unfilter *unfilter;	/* owned; NULL: the volume is as it is.
					   If not, all of the above is about
					   what comes of it, except: */
	uint32_t raw_properties;	/* DE_READING_... of the medium */
	size_t raw_record;		/* bytes of its first record */
	uint64_t raw_size;		/* 0: unknown */
	char head[DIGEST_TEXT_BYTES];	/* "": unknown */
};

struct volume_read *
volume_read_new(const struct instance *output)
{
	if (!output_reads(output)) {
		report(output->rep, DE_ERROR, "plugin %s can write volumes but "
		    "not read them; name the output that can, or copy the "
		    "volumes to files and give these",
		    output->plugin->descriptor.name);
		return NULL;
	}
	struct volume_read *v = calloc(1, sizeof(*v));
	if (v == NULL) {
		report(output->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	v->output = output;
	return v;
}

void
volume_read_free(struct volume_read *v)
{
	if (v == NULL)
		return;
	volume_read_close(v);
	free(v);
}

static bool
has(const struct volume_read *v, uint32_t property)
{
	return (v->properties & property) != 0;
}

/* Without a start there are no positions. */
static void
note_start(struct volume_read *v)
{
	if (has(v, DE_READING_SEEKS) &&
	    output_tell(v->output, &v->start) != DE_OK)
		v->properties &= ~DE_READING_SEEKS;
}

/* ---------------------------------------------------------------- filters */

/* The next bytes of the medium: those that were looked at, or others. */
static enum de_status
read_raw(struct volume_read *v, uint8_t *buffer, size_t room, size_t *length)
{
	struct raw *raw = &v->raw;
	const enum de_status status = raw->status;

	if (raw->begin < raw->end) {
		*length = raw->end - raw->begin < room ?
		    raw->end - raw->begin : room;
		memcpy(buffer, raw->bytes + raw->begin, *length);
		raw->begin += *length;
		return DE_OK;
	}
	if (status == DE_OK)
		return output_read_record(v->output, buffer, room, length);
	*length = raw->lost;
	if (status == DE_LOST)
		raw->status = DE_OK;
	return status;
}

/* Have some in raw->bytes, unless something else comes. */
static void
fill_raw(struct volume_read *v)
{
	struct raw *raw = &v->raw;
	size_t n;

	if (raw->begin < raw->end || raw->status != DE_OK)
		return;
	raw->status = output_read_record(v->output, raw->bytes,
	    VOLUME_READ_ROOM, &n);
	raw->begin = 0;
	raw->end = raw->status == DE_OK ? n : 0;
	raw->lost = n;
	if (raw->status == DE_OK && v->raw_record == 0)
		v->raw_record = n;
	if (raw->status != DE_OK)
		return;
	raw->begin = raw->skip < n ? raw->skip : n;
	raw->skip -= raw->begin;
}

/* For filters, whose room may be less than a record. */
static enum de_status
filter_input(void *arg, void *buffer, size_t room, size_t *length)
{
	struct volume_read *v = arg;

	do
		fill_raw(v);
	while (v->raw.begin == v->raw.end && v->raw.status == DE_OK);
	return read_raw(v, buffer, room, length);
}

static enum de_status
filter_input_go_to(void *arg, uint64_t offset)
{
	struct volume_read *v = arg;
	const uint64_t step = v->raw_properties & DE_READING_RECORDS ?
	    v->raw_record : 1;

	v->raw.begin = v->raw.end = 0;
	v->raw.status = DE_OK;
	v->raw.skip = (size_t)(offset % step);
	return output_go_to(v->output, v->start + offset / step);
}

static void
describe_unfiltered(struct volume_read *v)
{
	v->properties = unfilter_seeks(v->unfilter) ? DE_READING_SEEKS : 0;
	v->size = unfilter_size(v->unfilter);
}

/* Its first bytes have been looked at, and are its own. */
static void
note_head(struct volume_read *v)
{
	const size_t length = v->raw.end;

	v->raw_size = v->size;
	if (length >= DIGEST_HEAD_BYTES || (length > 0 && length == v->size))
		digest_head(v->raw.bytes, length, v->head);
}

/* Look at the first bytes, and undo what made them.  False after a report. */
static bool
undo_filters(struct volume_read *v)
{
	struct raw *raw = &v->raw;

	v->raw_properties = v->properties;
	v->raw_record = has(v, DE_READING_FIXED) ? v->record : 0;
	if (v->output->filters == NULL)
		return true;
	raw->bytes = malloc(VOLUME_READ_ROOM);
	if (raw->bytes == NULL) {
		report(v->output->rep, DE_ERROR, "out of memory");
		return false;
	}
	fill_raw(v);
	note_head(v);
	const struct de_filter_input input = {
		.struct_size = sizeof(input),
		.arg = v,
		.read = filter_input,
		.go_to = has(v, DE_READING_SEEKS) ? filter_input_go_to : NULL,
		.size = v->size,
		.name = v->medium,
	};
	switch (unfilter_begin(&v->unfilter, v->output->filters,
	    v->output->rep, &input, raw->bytes, raw->end)) {
	case UNFILTER_NONE:
		return true;
	case UNFILTER_SOME:
		describe_unfiltered(v);
		return true;
	case UNFILTER_FAILED:
		break;
	}
	return false;
}

static enum de_status
read_some(struct volume_read *v, uint8_t *buffer, size_t room,
    size_t *length)
{
	return v->unfilter != NULL ?
	    unfilter_read(v->unfilter, buffer, room, length) :
	    read_raw(v, buffer, room, length);
}

static enum de_status
tell(struct volume_read *v, uint64_t *position)
{
	*position = v->unfilter != NULL ? v->at : v->start;
	return v->unfilter != NULL || v->raw.begin < v->raw.end ? DE_OK :
	    output_tell(v->output, position);
}

static enum de_status
go_to(struct volume_read *v, uint64_t position)
{
	if (v->unfilter != NULL)
		return unfilter_go_to(v->unfilter, position);
	v->raw.begin = v->raw.end = 0;
	v->raw.status = DE_OK;
	return output_go_to(v->output, position);
}

bool
volume_read_open(struct volume_read *v, const struct de_volume *facts)
{
	const struct instance *output = v->output;
	struct de_reading reading;

	volume_read_close(v);
	*v = (struct volume_read){ .output = output, .number = facts->number,
		.is_uniform = true };
	v->is_open = output_open_reading(output, facts, &reading) == DE_OK;
	if (reading.name != NULL)
		snprintf(v->medium, sizeof(v->medium), "%s", reading.name);
	v->failure = reading.failure;
	if (!v->is_open)
		return false;
	v->properties = reading.properties;
	v->size = reading.size;
	if (has(v, DE_READING_RECORDS))
		v->record = reading.record_size;
	note_start(v);
	if (undo_filters(v))
		return true;
	v->failure = DE_FAILURE_OTHER;
	volume_read_close(v);
	return false;
}

void
volume_read_close(struct volume_read *v)
{
	unfilter_end(v->unfilter);
	v->unfilter = NULL;
	free(v->raw.bytes);
	v->raw.bytes = NULL;
	if (v->is_open)
		output_close_reading(v->output);
	v->is_open = false;
}

enum de_failure
volume_read_failure(const struct volume_read *v)
{
	return v->failure < DE_FAILURE_OTHER ||
	    v->failure > DE_FAILURE_SETTINGS ? DE_FAILURE_OTHER : v->failure;
}

const char *
volume_read_medium(const struct volume_read *v)
{
	return v->medium;
}

/* ----------------------------------------------------------------- reading */

static bool
is_cancelled(const struct volume_read *v)
{
	return *v->output->cancelled || atomic_load(&v->output->unwanted);
}

static void
note_record(struct volume_read *v, size_t length)
{
	if (has(v, DE_READING_FIXED))
		return;
	if (v->record != 0 && length != v->record)
		v->is_uniform = false;
	if (length > v->record)
		v->record = length;
}

/*
 * Would the next record fit as well?  It may be as long as any before.  If they
 * have several lengths, there is twice the room: see read_back_room() in volume.c.
 */
static bool
may_fit(const struct volume_read *v, size_t room, size_t filled)
{
	if (filled == 0)
		return true;
	if (!has(v, DE_READING_RECORDS))
		return room > filled;
	return room - filled >= (v->is_uniform ? 1 : 2) * v->record;
}

static void
set_next(struct volume_read *v, enum volume_read_result next, size_t lost)
{
	v->is_pending = true;
	v->next = next;
	v->lost = lost;
}

/* Does the medium hold no end that bounds its losses? */
static bool
is_hopeless(struct volume_read *v, size_t lost)
{
	if (lost > 0 && v->size > 0 && v->at < v->size)
		return false;
	if (++v->losses <= LOSSES_MAX)
		return false;
	report(v->output->rep, DE_ERROR, "volume %" PRIu32 " on %s: %d errors "
	    "in a row; giving it up", v->number, v->medium, LOSSES_MAX);
	return true;
}

static void
note_stop(struct volume_read *v, enum de_status status, size_t length)
{
	if (status == DE_NO_MORE)
		set_next(v, VOLUME_READ_END, 0);
	else if (status == DE_LOST && !is_hopeless(v, length))
		set_next(v, VOLUME_READ_LOST, length);
	else
		set_next(v, VOLUME_READ_FAILED, 0);
}

/* Fill the buffer until something else than data comes. */
static size_t
fill(struct volume_read *v, uint8_t *buffer, size_t room)
{
	size_t filled = 0, length;

	while (!v->is_pending && may_fit(v, room, filled)) {
		if (is_cancelled(v)) {
			set_next(v, VOLUME_READ_FAILED, 0);
			break;
		}
		const enum de_status status = read_some(v, buffer + filled,
		    room - filled, &length);
		if (status != DE_OK) {
			note_stop(v, status, length);
			break;
		}
		note_record(v, length);
		v->losses = 0;
		filled += length;
	}
	return filled;
}

static void
advance(struct volume_read *v, uint64_t bytes)
{
	v->at = bytes > UINT64_MAX - v->at ? UINT64_MAX : v->at + bytes;
}

enum volume_read_result
volume_read_next(struct volume_read *v, uint8_t *buffer, size_t room,
    size_t *length)
{
	*length = fill(v, buffer, room);
	advance(v, *length);
	if (*length > 0)
		return VOLUME_READ_DATA;
	if (v->next == VOLUME_READ_LOST) {
		v->is_pending = false;
		*length = v->lost;
		advance(v, v->lost);
	}
	return v->next;
}

/* --------------------------------------------------------------- positions */

/* Bytes that a step of the position stands for; 0: not known. */
static uint64_t
step_of(const struct volume_read *v)
{
	if (!has(v, DE_READING_RECORDS))
		return 1;
	return v->is_uniform ? v->record : 0;
}

uint64_t
volume_read_at(const struct volume_read *v)
{
	return v->at;
}

uint64_t
volume_read_size(const struct volume_read *v)
{
	return v->size;
}

bool
volume_read_coded(const struct volume_read *v,
    struct volume_read_coded *coded)
{
	*coded = (struct volume_read_coded){ .bytes = v->raw_size };
	if (v->unfilter == NULL)
		return false;
	unfilter_names(v->unfilter, coded->filters, sizeof(coded->filters));
	memcpy(coded->head, v->head, sizeof(coded->head));
	return true;
}

bool
volume_read_seeks(const struct volume_read *v)
{
	return has(v, DE_READING_SEEKS);
}

bool
volume_read_tell(struct volume_read *v, uint64_t *position)
{
	return has(v, DE_READING_SEEKS) &&
	    tell(v, position) == DE_OK;
}

bool
volume_read_go_to(struct volume_read *v, uint64_t position)
{
	if (!has(v, DE_READING_SEEKS))
		return false;
	if (v->unfilter == NULL && position < v->start) {
		report(v->output->rep, DE_ERROR, "volume %" PRIu32 " on %s "
		    "begins at position %" PRIu64 ", so %" PRIu64 " is not one "
		    "of it", v->number, v->medium, v->start, position);
		return false;
	}
	if (go_to(v, position) != DE_OK)
		return false;
	v->is_pending = v->is_adrift = false;
	v->losses = 0;
	v->at = v->unfilter != NULL ? position :
	    (position - v->start) * step_of(v);
	return true;
}

bool
volume_read_reaches(struct volume_read *v, uint64_t byte)
{
	const uint64_t step = step_of(v);
	uint64_t now;

	return has(v, DE_READING_SEEKS) && step != 0 &&
	    byte / step <= UINT64_MAX - v->start &&
	    (has(v, DE_READING_RECORDS) || v->size == 0 || byte < v->size) &&
	    (v->is_adrift || tell(v, &now) == DE_OK);
}

bool
volume_read_reach(struct volume_read *v, uint64_t byte, size_t *before)
{
	const uint64_t step = step_of(v);

	*before = 0;
	if (step == 0)
		return false;
	*before = (size_t)(byte % step);
	return volume_read_go_to(v, (v->unfilter == NULL ? v->start : 0) +
	    byte / step);
}

bool
volume_read_is_slow(const struct volume_read *v)
{
	return (v->raw_properties & DE_READING_RECORDS) != 0;
}

/* To the last records of a tape file; not every drive tells where they are. */
static bool
go_to_last(struct volume_read *v)
{
	const uint64_t back = v->record >= DE_TAPE_BLOCK ? 1 :
	    DE_TAPE_BLOCK / v->record;
	uint64_t position;

	if (go_to(v, UINT64_MAX - back) != DE_OK)
		return false;
	v->is_pending = false;
	v->losses = 0;
	v->is_adrift = output_tell(v->output, &position) != DE_OK ||
	    position < v->start;
	v->at = v->is_adrift ? NOWHERE : (position - v->start) * step_of(v);
	return true;
}

bool
volume_read_go_to_end(struct volume_read *v)
{
	if (!has(v, DE_READING_SEEKS))
		return false;
	if (has(v, DE_READING_RECORDS))
		return v->record > 0 && go_to_last(v);
	return v->size >= DE_TAPE_BLOCK && v->size % DE_TAPE_BLOCK == 0 &&
	    volume_read_go_to(v, v->size - DE_TAPE_BLOCK);
}
