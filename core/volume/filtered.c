/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filtered.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/volume/filter_sink.h"
#include "core/volume/filter_stage.h"
#include "plugins/common/volume_mark.h"

#define KEPT_BYTES (UINT64_C(16) << 20)	/* plain, of the first filter */
#define KEPT_PIECES_MIN 4
#define WINDOW_MAX 65536		/* records in flight */

struct filtered {
	const struct instance *output;
	struct filter_stage **stages;
	size_t count;
	struct filter_sink *sink;
	size_t sink_record;		/* that it was made for */
	struct filter_pool *pool;	/* NULL: no volume is open */
	size_t record;			/* bytes */
	void (*tell_head)(void *arg, const char *head);
	void *tell_arg;
	uint64_t written;		/* records taken */
	uint64_t promised;		/* it cannot end before these */
	uint64_t tried;			/* fewer records than that; at first
					   UINT64_MAX */
	bool ended;
	bool is_short;			/* it must be written again, */
	uint64_t short_records;		/*   with so many */
};

struct filtered *
filtered_new(const struct instance *output, struct instance *const *filters,
    size_t count)
{
	struct filtered *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->output = output;
	f->stages = calloc(count, sizeof(struct filter_stage *));
	for (; f->stages != NULL && f->count < count; f->count++) {
		f->stages[f->count] = filter_stage_new(filters[f->count]);
		if (f->stages[f->count] == NULL)
			break;
	}
	if (f->stages != NULL && f->count == count)
		return f;
	filtered_free(f);
	return NULL;
}

void
filtered_free(struct filtered *f)
{
	if (f == NULL)
		return;
	filtered_close(f);
	for (size_t i = 0; i < f->count; i++)
		filter_stage_free(f->stages[i]);
	free(f->stages);
	filter_sink_free(f->sink);
	free(f);
}

static enum de_status
no_memory(const struct filtered *f)
{
	report(f->output->rep, DE_ERROR, "out of memory for the filters");
	return DE_FAILED;
}

/* ----------------------------------------------------------------- opening */

/* Is each piece a record of its own, which does without the others? */
static bool
is_apart(const struct filtered_volume *volume)
{
	return (volume->facts->properties & DE_VOLUME_RECORDS) != 0;
}

/* Outputs look for the mark in the first bytes, and no further. */
static void
look_at_first(void *arg, const uint8_t *record, size_t length)
{
	const struct filtered *f = arg;
	struct label label;

	if (!volume_mark_find(record, length < DIGEST_HEAD_BYTES ? length :
	    DIGEST_HEAD_BYTES, &label))
		f->tell_head(f->tell_arg, filter_sink_head(f->sink));
}

static bool
make_sink(struct filtered *f, const struct filtered_volume *volume)
{
	const struct filter_sink_volume of_sink = {
		.limit = volume->size == 0 ? FILTER_SINK_UNLIMITED :
		    volume->size,
		.is_apart = is_apart(volume),
		.has_window = volume->has_window,
	};

	if (f->sink == NULL || f->sink_record != volume->medium_record) {
		filter_sink_free(f->sink);
		f->sink = filter_sink_new(f->output, volume->medium_record);
		f->sink_record = volume->medium_record;
	}
	if (f->sink == NULL)
		return false;
	filter_sink_begin(f->sink, &of_sink);
	f->tell_head = volume->tell_head;
	f->tell_arg = volume->tell_arg;
	filter_sink_tell_first(f->sink, f->tell_head == NULL ? NULL :
	    look_at_first, f);
	return true;
}

/* What becomes of the bytes of filter number `i`? */
static struct filter_next
next_of(const struct filtered *f, size_t i)
{
	if (i + 1 == f->count)
		return (struct filter_next){ filter_sink_put, f->sink };
	return (struct filter_next){ filter_stage_put, f->stages[i + 1] };
}

static enum de_status
begin_stages(const struct filtered *f, const struct filtered_volume *volume,
    unsigned int *threads)
{
	char mark[VOLUME_MARK_BYTES];
	enum de_status status = DE_OK;

	volume_mark_format(volume->facts, volume->base_date, mark);
	*threads = 1;
	for (size_t i = 0; status == DE_OK && i < f->count; i++) {
		const struct filter_next next = next_of(f, i);
		status = filter_stage_begin(f->stages[i], volume->facts, mark,
		    is_apart(volume), &next);
		const unsigned int wanted =
		    filter_stage_plan(f->stages[i])->threads;
		if (wanted > *threads)
			*threads = wanted;
		if (filter_stage_plan(f->stages[i])->once)
			filter_sink_write_once(f->sink);
	}
	return status;
}

/* That of the last one comes first. */
static enum de_status
put_heads(const struct filtered *f, uint32_t number)
{
	enum de_status status = DE_OK;

	for (size_t i = f->count; status == DE_OK && i > 0; i--)
		status = filter_stage_put_head(f->stages[i - 1]);
	if (status != DE_END_OF_VOLUME)
		return status;
	report(f->output->rep, DE_ERROR, "volume %" PRIu32 " has no room for "
	    "what the filters put before the dump", number);
	return DE_FAILED;
}

static uint64_t
round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit;
}

/* Pieces that are kept, of the first filter; of the others, what they became. */
static bool
set_rooms(struct filtered *f, unsigned int threads, uint32_t *window)
{
	const uint64_t piece = filter_stage_plan(f->stages[0])->piece;
	const uint64_t most = (uint64_t)WINDOW_MAX * f->record / piece;
	uint64_t kept = round_up(KEPT_BYTES, piece);
	uint64_t in_flight = threads + 2;

	if (kept < KEPT_PIECES_MIN)
		kept = KEPT_PIECES_MIN;
	/* Small records, large pieces: both are halved until it fits. */
	while (kept + in_flight + 3 > most && in_flight > 1) {
		kept = kept > 4 ? kept / 2 : 2;
		in_flight = in_flight / 2;
	}
	if (kept + in_flight + 3 > most) {
		report(f->output->rep, DE_ERROR, "pieces of %" PRIu64 " bytes "
		    "are too large for a filter with records of %zu bytes; "
		    "increase ring.blocking, or have smaller pieces", piece,
		    f->record);
		return false;
	}
	*window = (uint32_t)round_up((kept + in_flight + 3) * piece,
	    f->record);
	uint64_t bytes = 0;
	for (size_t i = 0; i < f->count; i++) {
		const struct de_filter_plan *plan =
		    filter_stage_plan(f->stages[i]);
		if (i > 0)
			kept = round_up(bytes, plan->piece) + 2;
		bytes = (kept + in_flight + 1) * plan->room + FILTER_HEAD_MAX;
		if (!filter_stage_set_room(f->stages[i], f->pool,
		    (unsigned int)in_flight, kept)) {
			no_memory(f);
			return false;
		}
	}
	return true;
}

enum de_status
filtered_open(struct filtered *f, const struct filtered_volume *volume,
    uint32_t *window)
{
	unsigned int threads;

	f->record = volume->facts->record_size;
	f->written = f->promised = 0;
	f->tried = UINT64_MAX;
	f->ended = f->is_short = false;
	if (!make_sink(f, volume))
		return no_memory(f);
	enum de_status status = begin_stages(f, volume, &threads);
	if (status == DE_OK) {
		f->pool = filter_pool_new(threads);
		if (f->pool == NULL)
			status = no_memory(f);
	}
	if (status == DE_OK && !set_rooms(f, threads, window))
		status = DE_FAILED;
	if (status == DE_OK)
		status = put_heads(f, volume->facts->number);
	if (status != DE_OK)
		filtered_close(f);
	return status;
}

void
filtered_close(struct filtered *f)
{
	filter_pool_free(f->pool);
	f->pool = NULL;
	for (size_t i = 0; i < f->count; i++)
		filter_stage_forget(f->stages[i]);
}

/* ---------------------------------------------------------- how long it is */

static uint64_t
add(uint64_t a, uint64_t b)
{
	return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

/*
 * How many bytes come out of the last filter, at most, if filter number `i` gets
 * `more` bytes behind the first `known` of what it got, and no others.
 */
static uint64_t
bound(const struct filtered *f, size_t i, uint64_t known, uint64_t more,
    bool has_tail)
{
	for (; i < f->count; i++) {
		const struct filter_stage *stage = f->stages[i];
		const struct de_filter_plan *plan = filter_stage_plan(stage);
		uint64_t number = known / plan->piece;
		/* The last piece will be encoded as such. */
		if (more == 0 && known > 0 && known % plan->piece == 0)
			number--;
		if (number < filter_stage_first(stage))
			return UINT64_MAX;
		const uint64_t next = filter_stage_next_put(stage);
		/* Pieces that are being encoded count in full. */
		const uint64_t from = number < next ? number : next;
		const uint64_t bytes = add(known - from * plan->piece, more);
		const uint64_t pieces = round_up(bytes, plan->piece);
		known = filter_stage_begin_of(stage, from);
		more = pieces * (plan->room - plan->piece) + bytes;
		if (pieces > UINT32_MAX || more < bytes)
			return UINT64_MAX;
		if (has_tail)
			more = add(more, filter_stage_tail(stage,
			    from + pieces));
	}
	return add(known, more);
}

/* The same, if the first filter has got just its pieces up to `number`. */
static uint64_t
bound_of_piece(const struct filtered *f, uint64_t number, bool has_tail)
{
	const struct filter_stage *stage = f->stages[0];

	return bound(f, 1, filter_stage_end_of(stage, number), has_tail ?
	    filter_stage_tail(stage, number + 1) : 0, has_tail);
}

/* Does all that was passed on fit, with the tail?  Then it can end there. */
static bool
is_within(const struct filtered *f)
{
	const uint64_t next = filter_stage_next_put(f->stages[0]);
	const uint64_t limit = filter_sink_limit(f->sink);

	return limit == FILTER_SINK_UNLIMITED || next == 0 ||
	    bound_of_piece(f, next - 1, true) <= limit;
}

/* How many bytes behind `sure`, up to a piece, must fit as well? */
static uint64_t
find_more(const struct filtered *f, uint64_t sure, uint64_t end,
    bool has_tail)
{
	const uint64_t piece = filter_stage_plan(f->stages[0])->piece;
	const uint64_t limit = filter_sink_limit(f->sink);
	uint64_t low = 0, high = end - sure < piece ? end - sure : piece;

	while (low < high) {
		const uint64_t middle = low + (high - low + 1) / 2;
		if (bound(f, 0, sure, middle, has_tail) <= limit)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/*
 * Plain bytes with which the volume fits, at most: up to the end of a piece,
 * whose length is known, and as much of the next as must fit.  0: unknown.
 */
static uint64_t
find_most(const struct filtered *f, bool has_tail)
{
	const struct filter_stage *stage = f->stages[0];
	const uint64_t piece = filter_stage_plan(stage)->piece;
	const uint64_t limit = filter_sink_limit(f->sink);
	const uint64_t first = filter_stage_first(stage);
	const uint64_t end = f->tried == UINT64_MAX ? f->written * f->record :
	    (f->tried - 1) * f->record;
	uint64_t number = filter_stage_next_put(stage);

	while (number > first && (number * piece > end ||
	    bound_of_piece(f, number - 1, has_tail) > limit))
		number--;
	const uint64_t sure = number * piece;
	if (sure >= end)
		return number == first ? 0 : sure;
	const uint64_t more = find_more(f, sure, end, has_tail);
	return number > first || more >= f->record ? sure + more : 0;
}

uint64_t
filtered_most(const struct filtered *f)
{
	uint64_t bytes;

	if (f->tried == UINT64_MAX &&
	    filter_sink_limit(f->sink) == FILTER_SINK_UNLIMITED)
		return f->written;
	bytes = find_most(f, true);
	if (bytes == 0)
		bytes = find_most(f, false);
	return bytes / f->record;
}

/* ----------------------------------------------------------------- writing */

/* What the first stage has released, the others need not keep. */
static enum de_status
release(struct filtered *f)
{
	uint64_t number = filter_stage_first(f->stages[0]);

	for (size_t i = 0; i + 1 < f->count; i++) {
		const uint64_t at = filter_stage_begin_of(f->stages[i],
		    number);
		const uint64_t piece =
		    filter_stage_plan(f->stages[i + 1])->piece;
		/* The piece with the byte before may have to be the last. */
		number = at == 0 ? 0 : (at - 1) / piece;
		filter_stage_release(f->stages[i + 1], number);
		number = filter_stage_first(f->stages[i + 1]);
	}
	return filter_sink_keep(f->sink, filter_stage_begin_of(
	    f->stages[f->count - 1], number));
}

/* Little enough for the first filter to pass on only a piece. */
static enum de_status
put_some(struct filtered *f, const uint8_t *bytes, size_t length)
{
	const enum de_status status = filter_stage_put(f->stages[0], bytes,
	    length);

	if (status != DE_OK)
		return status;
	if (!is_within(f))
		return DE_END_OF_VOLUME;
	return release(f);
}

enum de_status
filtered_write(struct filtered *f, const void *record)
{
	const size_t piece = filter_stage_plan(f->stages[0])->piece;
	const uint8_t *bytes = record;
	enum de_status status = DE_OK;

	for (size_t at = 0; status == DE_OK && at < f->record; at += piece)
		status = put_some(f, bytes + at, f->record - at < piece ?
		    f->record - at : piece);
	f->written += status == DE_OK;
	return status;
}

uint64_t
filtered_settled(const struct filtered *f)
{
	const uint64_t released = filter_stage_first(f->stages[0]) *
	    filter_stage_plan(f->stages[0])->piece / f->record;

	if (f->ended || f->promised > released)
		return f->promised;
	return released < f->written ? released : f->written;
}

static enum de_status
drain(struct filtered *f)
{
	enum de_status status = DE_OK;

	for (size_t i = 0; status == DE_OK && i < f->count; i++)
		status = filter_stage_drain(f->stages[i]);
	return status;
}

enum de_status
filtered_drain(struct filtered *f)
{
	const enum de_status status = drain(f);

	return status == DE_END_OF_VOLUME ? DE_OK : status;
}

enum de_status
filtered_settle(struct filtered *f)
{
	enum de_status status = drain(f);

	if (status == DE_OK && filter_sink_limit(f->sink) !=
	    FILTER_SINK_UNLIMITED && bound(f, 0, f->written * f->record, 0,
	    true) > filter_sink_limit(f->sink))
		status = DE_END_OF_VOLUME;
	if (status == DE_OK)
		f->promised = f->written;
	return status;
}

/* ------------------------------------------------------------------ ending */

static enum de_status
be_short(struct filtered *f, uint64_t records)
{
	f->is_short = true;
	f->short_records = records;
	return DE_FAILED;
}

static enum de_status
go_back(struct filtered *f, uint64_t records)
{
	uint64_t at = records * f->record;
	enum de_status status = DE_OK;

	for (size_t i = 0; status == DE_OK && i < f->count; i++) {
		bool is_kept;
		status = filter_stage_go_back(f->stages[i], at, &at, &is_kept);
		if (!is_kept)
			return be_short(f, records);
	}
	if (status == DE_OK && !filter_sink_go_back(f->sink, at))
		return be_short(f, records);
	return status;
}

/* The tail of filter number `i`, or as little as it can do with. */
static enum de_status
end_stage(const struct filtered *f, size_t i)
{
	struct filter_stage *stage = f->stages[i];
	const uint64_t limit = filter_sink_limit(f->sink);
	enum de_status status = filter_stage_end_pieces(stage);

	if (status != DE_OK)
		return status;
	const uint64_t tail = filter_stage_tail(stage,
	    filter_stage_next_put(stage));
	const bool fits = limit == FILTER_SINK_UNLIMITED || bound(f, i + 1,
	    filter_stage_passed(stage), tail, true) <= limit;
	return filter_stage_put_tail(stage, fits ? tail : 0);
}

enum de_status
filtered_end(struct filtered *f, uint64_t records)
{
	enum de_status status = DE_OK;

	if (f->ended)
		return DE_OK;
	if (records < filtered_settled(f))
		return be_short(f, records);
	if (records < f->written || f->tried != UINT64_MAX ||
	    filter_stage_at(f->stages[0]) != records * f->record)
		status = go_back(f, records);
	for (size_t i = 0; status == DE_OK && i < f->count; i++)
		status = end_stage(f, i);
	if (status == DE_OK)
		status = filter_sink_end(f->sink);
	if (status == DE_END_OF_VOLUME)
		f->tried = records;
	if (status == DE_OK) {
		f->ended = true;
		f->promised = records;
	}
	return status;
}

bool
filtered_short(const struct filtered *f, uint64_t *records)
{
	*records = f->short_records;
	return f->is_short;
}

uint64_t
filtered_bytes(const struct filtered *f)
{
	return f->ended ? filter_sink_at(f->sink) :
	    filter_sink_written(f->sink);
}

const struct digest *
filtered_digest(const struct filtered *f)
{
	return filter_sink_digest(f->sink);
}

const char *
filtered_head(const struct filtered *f)
{
	return filter_sink_head(f->sink);
}

bool
filtered_has_ended(const struct filtered *f)
{
	return f->ended;
}
