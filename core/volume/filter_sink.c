/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filter_sink.h"

#include <stdlib.h>
#include <string.h>

#include "core/host/output.h"

#define RECORD_ALIGNMENT 4096

/* An output may refer to its bytes until it is settled, so they stay. */
struct record {
	uint8_t *bytes;			/* owned; room for `size` of the sink */
	uint64_t begin;			/* among the bytes of the volume */
	size_t length;			/* so far */
};

/*
 * Record n is records[n - first], from `first` to the one that ends with `at`.
 *
 *   settled_bytes <= written_bytes <= at
 */
struct filter_sink {
	const struct instance *output;
	size_t size;			/* of a record, at most */
	struct record *records;
	size_t count;			/* of records that are there */
	size_t room;			/* for so many */
	uint8_t **spare;		/* room of others; `room` */
	size_t spare_count;
	uint64_t first;			/* number of records[0] */
	uint64_t at;			/* bytes put */
	uint64_t written;		/* records given to the output, */
	uint64_t settled;		/*   and of these, acknowledged */
	uint64_t written_bytes;		/* the same in bytes */
	uint64_t settled_bytes;
	uint64_t kept;			/* from here on it can go back */
	uint64_t limit;
	bool is_apart;			/* what is put at once is a record */
	bool holds_back;		/* what is kept is not written */
	bool has_window;
	bool once;			/* nothing written is replaced */
	struct digest *digest;		/* of the records before `first` */
	filter_sink_first_fn *tell_first;	/* NULL: nobody asks */
	void *tell_arg;
	char head[DIGEST_TEXT_BYTES];	/* of the first record; "": none was
					   written */
};

struct filter_sink *
filter_sink_new(const struct instance *output, size_t record_size)
{
	struct filter_sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL)
		return NULL;
	sink->output = output;
	sink->size = record_size;
	sink->digest = digest_new();
	if (sink->digest != NULL)
		return sink;
	free(sink);
	return NULL;
}

void
filter_sink_free(struct filter_sink *sink)
{
	if (sink == NULL)
		return;
	for (size_t i = 0; i < sink->count; i++)
		free(sink->records[i].bytes);
	for (size_t i = 0; i < sink->spare_count; i++)
		free(sink->spare[i]);
	free(sink->records);
	free(sink->spare);
	digest_free(sink->digest);
	free(sink);
}

static void
drop_last(struct filter_sink *sink)
{
	sink->spare[sink->spare_count++] =
	    sink->records[--sink->count].bytes;
}

void
filter_sink_begin(struct filter_sink *sink,
    const struct filter_sink_volume *volume)
{
	while (sink->count > 0)
		drop_last(sink);
	sink->first = sink->at = sink->written = sink->settled = 0;
	sink->written_bytes = sink->settled_bytes = 0;
	sink->kept = 0;
	sink->limit = volume->limit;
	sink->is_apart = volume->is_apart;
	sink->holds_back = volume->limit != FILTER_SINK_UNLIMITED;
	sink->has_window = volume->has_window;
	sink->once = false;
	sink->head[0] = '\0';
	digest_reset(sink->digest);
}

void
filter_sink_tell_first(struct filter_sink *sink, filter_sink_first_fn *first,
    void *arg)
{
	sink->tell_first = first;
	sink->tell_arg = arg;
}

void
filter_sink_write_once(struct filter_sink *sink)
{
	sink->once = true;
}

/* ------------------------------------------------------------------ memory */

static bool
make_room(struct filter_sink *sink)
{
	const size_t room = sink->room == 0 ? 16 : 2 * sink->room;
	struct record *records = realloc(sink->records,
	    room * sizeof(*records));

	if (records != NULL)
		sink->records = records;
	uint8_t **spare = realloc(sink->spare, room * sizeof(*spare));
	if (spare != NULL)
		sink->spare = spare;
	if (records == NULL || spare == NULL)
		return false;
	sink->room = room;
	return true;
}

static bool
add_record(struct filter_sink *sink)
{
	const size_t bytes = (sink->size + RECORD_ALIGNMENT - 1) /
	    RECORD_ALIGNMENT * RECORD_ALIGNMENT;

	if (sink->count + sink->spare_count >= sink->room &&
	    sink->spare_count == 0 && !make_room(sink))
		return false;
	uint8_t *room = sink->spare_count > 0 ?
	    sink->spare[--sink->spare_count] :
	    aligned_alloc(RECORD_ALIGNMENT, bytes);
	if (room != NULL)
		sink->records[sink->count++] =
		    (struct record){ room, sink->at, 0 };
	return room != NULL;
}

static uint64_t
end_of(const struct record *r)
{
	return r->begin + r->length;
}

/* Where record number `number` begins, which is there or comes next. */
static uint64_t
begin_of(const struct filter_sink *sink, uint64_t number)
{
	const size_t i = (size_t)(number - sink->first);

	return i < sink->count ? sink->records[i].begin : sink->at;
}

/* Forget records that neither the output nor going back needs. */
static void
drop_first(struct filter_sink *sink)
{
	const uint64_t needed = sink->kept < sink->settled_bytes ?
	    sink->kept : sink->settled_bytes;
	size_t n = 0;

	for (; n < sink->count && sink->first + n < sink->settled &&
	    end_of(&sink->records[n]) <= needed; n++) {
		digest_add(sink->digest, sink->records[n].bytes,
		    sink->records[n].length);
		sink->spare[sink->spare_count++] = sink->records[n].bytes;
	}
	if (n == 0)
		return;
	sink->count -= n;
	memmove(sink->records, sink->records + n,
	    sink->count * sizeof(*sink->records));
	sink->first += n;
}

/* ----------------------------------------------------------------- writing */

static void
note_settled(struct filter_sink *sink)
{
	const uint64_t settled = sink->has_window ?
	    output_settled(sink->output) : sink->written;

	/* A wrong count is noticed when all should be settled. */
	if (settled < sink->settled || settled > sink->written)
		return;
	sink->settled = settled;
	sink->settled_bytes = begin_of(sink, settled);
}

/* The medium has what is settled, and will take no more than that. */
static enum de_status
note_end(struct filter_sink *sink)
{
	note_settled(sink);
	sink->written = sink->settled;
	sink->written_bytes = sink->settled_bytes;
	if (sink->limit > sink->written_bytes)
		sink->limit = sink->written_bytes;
	return DE_END_OF_VOLUME;
}

/* Which of those that are there comes next, if any. */
static bool
has_next(const struct filter_sink *sink, size_t *i)
{
	*i = (size_t)(sink->written - sink->first);
	return *i < sink->count;
}

static enum de_status
write_record(struct filter_sink *sink, const struct record *r)
{
	if (sink->written == 0) {
		digest_head(r->bytes, r->length, sink->head);
		if (sink->tell_first != NULL)
			sink->tell_first(sink->tell_arg, r->bytes, r->length);
	}
	const enum de_status status = output_write(sink->output, r->bytes,
	    r->length);
	if (status == DE_END_OF_VOLUME)
		return note_end(sink);
	if (status == DE_OK) {
		sink->written++;
		sink->written_bytes += r->length;
		note_settled(sink);
	}
	return status;
}

/* Nothing more will come into it. */
static bool
is_full(const struct filter_sink *sink, const struct record *r)
{
	return sink->is_apart || r->length == sink->size;
}

static enum de_status
write_full(struct filter_sink *sink)
{
	const uint64_t end = sink->holds_back ? sink->kept : sink->at;
	enum de_status status = DE_OK;
	size_t i;

	while (status == DE_OK && has_next(sink, &i) &&
	    is_full(sink, &sink->records[i]) &&
	    end_of(&sink->records[i]) <= end)
		status = write_record(sink, &sink->records[i]);
	drop_first(sink);
	return status;
}

/* The record that takes the next byte; NULL if out of memory. */
static struct record *
open_record(struct filter_sink *sink)
{
	if ((sink->count == 0 ||
	    sink->records[sink->count - 1].length == sink->size ||
	    sink->is_apart) && !add_record(sink))
		return NULL;
	return &sink->records[sink->count - 1];
}

enum de_status
filter_sink_put(void *arg, const void *bytes, size_t length)
{
	struct filter_sink *sink = arg;
	const uint8_t *from = bytes;

	if (length > sink->limit || sink->at > sink->limit - length)
		return DE_END_OF_VOLUME;
	while (length > 0) {
		struct record *r = open_record(sink);
		if (r == NULL) {
			report(sink->output->rep, DE_ERROR, "out of memory");
			return DE_FAILED;
		}
		const size_t room = sink->size - r->length;
		const size_t n = length < room ? length : room;
		memcpy(r->bytes + r->length, from, n);
		r->length += n;
		sink->at += n;
		from += n;
		length -= n;
	}
	return write_full(sink);
}

uint64_t
filter_sink_at(const struct filter_sink *sink)
{
	return sink->at;
}

uint64_t
filter_sink_limit(const struct filter_sink *sink)
{
	return sink->limit;
}

enum de_status
filter_sink_keep(struct filter_sink *sink, uint64_t offset)
{
	if (offset > sink->kept)
		sink->kept = offset;
	return write_full(sink);
}

/* What is in flight need not be, or is where the medium ends. */
static bool
settle_written(struct filter_sink *sink)
{
	if (sink->settled == sink->written)
		return true;
	const enum de_status status = output_settle(sink->output);
	if (status == DE_END_OF_VOLUME)
		note_end(sink);
	else
		note_settled(sink);
	return status != DE_FAILED && sink->settled == sink->written;
}

/* Have the medium forget the record with byte `offset`, and all after it. */
static bool
take_back(struct filter_sink *sink, uint64_t offset)
{
	size_t i = 0;

	while (i < sink->count && end_of(&sink->records[i]) <= offset)
		i++;
	if (sink->once || i == sink->count ||
	    sink->records[i].begin > offset ||
	    output_shorten(sink->output, sink->records[i].begin) != DE_OK)
		return false;
	sink->written = sink->settled = sink->first + i;
	sink->written_bytes = sink->settled_bytes = sink->records[i].begin;
	return true;
}

bool
filter_sink_go_back(struct filter_sink *sink, uint64_t offset)
{
	if (offset < sink->written_bytes && !settle_written(sink))
		return false;
	if (offset < sink->written_bytes && !take_back(sink, offset))
		return false;
	while (sink->count > 0 &&
	    sink->records[sink->count - 1].begin >= offset)
		drop_last(sink);
	if (sink->count > 0 && end_of(&sink->records[sink->count - 1]) > offset)
		sink->records[sink->count - 1].length = (size_t)(offset -
		    sink->records[sink->count - 1].begin);
	sink->at = offset;
	return true;
}

static enum de_status
settle(struct filter_sink *sink)
{
	if (!sink->has_window)
		return DE_OK;
	const enum de_status status = output_settle(sink->output);
	if (status == DE_END_OF_VOLUME)
		return note_end(sink);
	note_settled(sink);
	if (status != DE_OK ||
	    output_settled(sink->output) == sink->first + sink->count)
		return status;
	report(sink->output->rep, DE_ERROR, "%s: settle() succeeded although "
	    "not all records are settled; fix the plugin",
	    sink->output->plugin->descriptor.name);
	return DE_FAILED;
}

enum de_status
filter_sink_end(struct filter_sink *sink)
{
	enum de_status status = DE_OK;
	size_t i;

	while (status == DE_OK && has_next(sink, &i))
		status = write_record(sink, &sink->records[i]);
	if (status == DE_OK)
		status = settle(sink);
	if (status != DE_OK)
		return status;
	for (i = 0; i < sink->count; i++)
		digest_add(sink->digest, sink->records[i].bytes,
		    sink->records[i].length);
	return DE_OK;
}

uint64_t
filter_sink_written(const struct filter_sink *sink)
{
	return sink->written_bytes;
}

const char *
filter_sink_head(const struct filter_sink *sink)
{
	return sink->head;
}

const struct digest *
filter_sink_digest(const struct filter_sink *sink)
{
	return sink->digest;
}
