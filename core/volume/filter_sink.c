/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filter_sink.h"

#include <stdlib.h>
#include <string.h>

#include "core/host/output.h"

#define RECORD_ALIGNMENT 4096

/*
 * Record n is records[n - first], from `first` to the one that contains `at`;
 * an output may refer to it until it is settled, so it stays where it is.
 *
 *   first * size <= settled <= written <= at
 */
struct filter_sink {
	const struct instance *output;
	size_t size;			/* of a record */
	uint8_t **records;
	size_t count;			/* of records that are there */
	size_t room;			/* for so many */
	uint8_t **spare;		/* records without contents; `room` */
	size_t spare_count;
	uint64_t first;			/* number of records[0] */
	uint64_t at;			/* bytes put */
	uint64_t written;		/* of these, given to the output */
	uint64_t settled;		/* of these, acknowledged */
	uint64_t kept;			/* from here on it can go back */
	uint64_t limit;
	bool holds_back;		/* what is kept is not written */
	bool has_window;
	bool once;			/* nothing written is replaced */
	struct digest *digest;		/* of the records before `first` */
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
		free(sink->records[i]);
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
	sink->spare[sink->spare_count++] = sink->records[--sink->count];
}

void
filter_sink_begin(struct filter_sink *sink, uint64_t limit, bool has_window)
{
	while (sink->count > 0)
		drop_last(sink);
	sink->first = sink->at = sink->written = sink->settled = 0;
	sink->kept = 0;
	sink->limit = limit;
	sink->holds_back = limit != FILTER_SINK_UNLIMITED;
	sink->has_window = has_window;
	sink->once = false;
	digest_reset(sink->digest);
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
	uint8_t **records = realloc(sink->records, room * sizeof(*records));

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
	uint8_t *record = sink->spare_count > 0 ?
	    sink->spare[--sink->spare_count] :
	    aligned_alloc(RECORD_ALIGNMENT, bytes);
	if (record != NULL)
		sink->records[sink->count++] = record;
	return record != NULL;
}

/* Forget records that neither the output nor going back needs. */
static void
drop_first(struct filter_sink *sink)
{
	const uint64_t needed = (sink->kept < sink->settled ? sink->kept :
	    sink->settled) / sink->size;
	const size_t n = (size_t)(needed - sink->first);

	for (size_t i = 0; i < n; i++) {
		digest_add(sink->digest, sink->records[i], sink->size);
		sink->spare[sink->spare_count++] = sink->records[i];
	}
	sink->count -= n;
	memmove(sink->records, sink->records + n,
	    sink->count * sizeof(*sink->records));
	sink->first = needed;
}

/* ----------------------------------------------------------------- writing */

static void
note_settled(struct filter_sink *sink)
{
	uint64_t settled = sink->written;

	if (sink->has_window)
		settled = output_settled(sink->output) * sink->size;
	/* A wrong count is noticed when all should be settled. */
	if (settled >= sink->settled && settled <= sink->written)
		sink->settled = settled;
}

/* The medium has what is settled, and will take no more than that. */
static enum de_status
note_end(struct filter_sink *sink)
{
	note_settled(sink);
	sink->written = sink->settled;
	if (sink->limit > sink->written)
		sink->limit = sink->written;
	return DE_END_OF_VOLUME;
}

static enum de_status
write_record(struct filter_sink *sink, size_t length)
{
	const uint64_t number = sink->written / sink->size;
	const enum de_status status = output_write(sink->output,
	    sink->records[number - sink->first], length);

	if (status == DE_END_OF_VOLUME)
		return note_end(sink);
	if (status == DE_OK) {
		sink->written += length;
		note_settled(sink);
	}
	return status;
}

static enum de_status
write_full(struct filter_sink *sink)
{
	const uint64_t end = sink->holds_back ? sink->kept : sink->at;
	enum de_status status = DE_OK;

	while (status == DE_OK && end - sink->written >= sink->size &&
	    end > sink->written)
		status = write_record(sink, sink->size);
	drop_first(sink);
	return status;
}

enum de_status
filter_sink_put(void *arg, const void *bytes, size_t length)
{
	struct filter_sink *sink = arg;
	const uint8_t *from = bytes;

	if (length > sink->limit || sink->at > sink->limit - length)
		return DE_END_OF_VOLUME;
	while (length > 0) {
		const size_t used = (size_t)(sink->at % sink->size);
		const size_t room = sink->size - used;
		const size_t n = length < room ? length : room;
		if (used == 0 && !add_record(sink)) {
			report(sink->output->rep, DE_ERROR, "out of memory");
			return DE_FAILED;
		}
		memcpy(sink->records[sink->count - 1] + used, from, n);
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

bool
filter_sink_go_back(struct filter_sink *sink, uint64_t offset)
{
	const uint64_t whole = offset / sink->size * sink->size;

	if (offset < sink->written) {
		if (sink->once || whole / sink->size < sink->first ||
		    sink->settled != sink->written ||
		    output_shorten(sink->output, whole) != DE_OK)
			return false;
		sink->written = sink->settled = whole;
	}
	sink->at = offset;
	while (sink->count > 0 &&
	    (sink->first + sink->count - 1) * sink->size >= offset)
		drop_last(sink);
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
	    output_settled(sink->output) == (sink->at + sink->size - 1) /
	    sink->size)
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

	while (status == DE_OK && sink->written < sink->at)
		status = write_record(sink, sink->at - sink->written <
		    sink->size ? (size_t)(sink->at - sink->written) :
		    sink->size);
	if (status == DE_OK)
		status = settle(sink);
	if (status != DE_OK)
		return status;
	for (size_t i = 0; i < sink->count; i++) {
		const uint64_t begin = (sink->first + i) * sink->size;
		digest_add(sink->digest, sink->records[i],
		    sink->at - begin < sink->size ?
		    (size_t)(sink->at - begin) : sink->size);
	}
	return DE_OK;
}

uint64_t
filter_sink_written(const struct filter_sink *sink)
{
	return sink->written;
}

const struct digest *
filter_sink_digest(const struct filter_sink *sink)
{
	return sink->digest;
}
