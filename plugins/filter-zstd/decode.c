/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "../common/bytes.h"
#include "frame.h"
#include "input.h"
#include "seek_table.h"

#define TABLE_MAGIC 0x184D2A5Eu
#define WINDOW_LOG_MAX 27		/* like zstd(1) */
/*
 * Bytes that may be decoded in vain while a frame is searched for: so many, and
 * so many for each byte of the volume.
 */
#define VAIN_SPARE (UINT64_C(4) << 30)
#define VAIN_FACTOR 64

struct decoder {
	const struct de_host *host;
	struct input input;
	struct seek_table table;
	ZSTD_DCtx *context;
	size_t next;			/* with a table: number of the frame that
					   the input is at */
	uint8_t *plain;			/* owned; a frame, */
	size_t plain_room;
	size_t begin, end;		/*   what is left of it */
	size_t usual;			/* bytes of such a frame; 0: unknown */
	size_t skip;			/* plain bytes of the next frame that are
					   not wanted */
	bool is_searching;		/* for a frame, anywhere */
	uint64_t passed;		/* bytes of the volume, while searching */
	uint64_t vain;			/* decoded meanwhile, of what was no
					   frame */
	bool is_streaming;		/* in a frame of any length */
	bool has_ended;			/* behind the seek table */
	bool has_checks;		/* each frame must have one, as in all
					   that begins with a mark */
};

bool
decode_recognises(const uint8_t *bytes, size_t length)
{
	for (;;) {
		const struct frame frame = frame_begins(bytes, length);
		if (frame.kind != FRAME_SKIPPED)
			return frame.kind == FRAME_DATA;
		if (frame.header > length)
			return false;
		bytes += frame.header;
		length -= (size_t)frame.header;
	}
}

static enum de_status
no_memory(const struct decoder *d)
{
	d->host->report(d->host, DE_ERROR, "%s: out of memory to decompress it",
	    d->input.from->name);
	return DE_FAILED;
}

struct decoder *
decode_begin(const struct de_host *host, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		host->report(host, DE_ERROR, "%s: out of memory",
		    input->name);
		return NULL;
	}
	d->host = host;
	input_begin(&d->input, input);
	d->context = ZSTD_createDCtx();
	if (d->context == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(
	    d->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
		no_memory(d);
		goto fail;
	}
	if (!seek_table_read(&d->table, &d->input)) {
		host->report(host, DE_ERROR, "%s: cannot go back from the end "
		    "of the volume to its beginning", input->name);
		goto fail;
	}
	if (d->table.count > 0) {
		reading->properties |= DE_FILTER_SEEKS;
		reading->size = d->table.size;
		d->has_checks = d->table.begins[0] > 0;
		if (!input_go_to(&d->input, d->table.begins[0]))
			goto fail;
	}
	return d;

fail:
	decode_end(d);
	return NULL;
}

void
decode_end(struct decoder *d)
{
	if (d == NULL)
		return;
	ZSTD_freeDCtx(d->context);
	seek_table_free(&d->table);
	input_free(&d->input);
	free(d->plain);
	free(d);
}

/* ----------------------------------------------------------------- damage */

/* `length` plain bytes are missing, some of which may not have been wanted. */
static enum de_status
lose(struct decoder *d, uint64_t lost, size_t *length)
{
	const uint64_t wanted = lost > d->skip ? lost - d->skip : 0;

	d->skip = 0;
	*length = wanted > SIZE_MAX ? 0 : (size_t)wanted;
	return DE_LOST;
}

/* The frames from d->next on are lost, up to one that can be reached. */
static enum de_status
lose_frames(struct decoder *d, size_t *length)
{
	const struct seek_table *t = &d->table;
	struct input *in = &d->input;
	uint64_t lost = seek_table_plain(t, d->next);

	for (d->next++; d->next < t->count && in->is_at_known &&
	    t->begins[d->next] < in->at; d->next++)
		lost += seek_table_plain(t, d->next);
	const uint64_t begin = t->begins[d->next];
	if (in->is_at_known && begin >= in->at && in->from->go_to == NULL)
		input_skip_far(in, begin - in->at);
	else if (!input_go_to(in, begin))
		return DE_FAILED;
	return lose(d, lost, length);
}

static enum de_status
search(struct decoder *d, size_t *length)
{
	d->is_searching = true;
	return lose(d, 0, length);
}

static void
tell_damage(const struct decoder *d, const char *what)
{
	if (d->input.is_at_known)
		d->host->report(d->host, DE_ERROR, "%s: the compressed data at "
		    "byte %" PRIu64 " is damaged: %s", d->input.from->name,
		    d->input.at, what);
	else
		d->host->report(d->host, DE_ERROR, "%s: compressed data is "
		    "damaged: %s", d->input.from->name, what);
}

/* What only looks like frames, everywhere, could take for ever to decode. */
static enum de_status
search_on(struct decoder *d, size_t *length)
{
	input_skip(&d->input, 1);
	d->passed++;
	if (d->vain <= VAIN_SPARE + VAIN_FACTOR * d->passed)
		return DE_OK;
	tell_damage(d, "too much of what follows looks like a frame, and is "
	    "none; the rest is not read");
	d->is_searching = false;
	d->has_ended = true;
	return lose(d, 0, length);
}

/* `encoded`: the length of the damaged frame; 0: unknown. */
static enum de_status
bear_damage(struct decoder *d, const char *what, uint64_t encoded,
    uint64_t plain, size_t *length)
{
	if (d->is_searching)
		return search_on(d, length);
	tell_damage(d, what);
	if (d->table.count > 0 && d->next < d->table.count)
		return lose_frames(d, length);
	if (encoded == 0)
		return search(d, length);
	input_skip_far(&d->input, encoded);
	/* What a damaged frame says is only believed if the others say it. */
	return lose(d, plain == d->usual ? plain : 0, length);
}

/* The input has not what is needed: it has ended, or has lost some. */
static enum de_status
bear_stop(struct decoder *d, size_t *length)
{
	struct input *in = &d->input;
	const size_t left = input_length(in);

	switch (in->status) {
	case DE_LOST:
		input_skip_loss(in);
		d->is_streaming = false;
		return d->table.count > 0 && d->next < d->table.count ?
		    lose_frames(d, length) : search(d, length);
	case DE_NO_MORE:
		if (left > 0 && !d->is_searching)
			tell_damage(d, "it ends within a frame");
		input_skip(in, left);
		d->has_ended = true;
		if (left == 0 || d->is_searching)
			return DE_NO_MORE;
		return lose(d, 0, length);
	default:
		return DE_FAILED;
	}
}

/* ----------------------------------------------------------------- a frame */

static bool
make_room(struct decoder *d, size_t length)
{
	if (d->plain_room >= length)
		return true;
	free(d->plain);
	d->plain = malloc(length);
	d->plain_room = d->plain == NULL ? 0 : length;
	return d->plain != NULL;
}

/* Have all of a frame in the input.  DE_OK with *encoded; 0: it is damaged. */
static enum de_status
gather(struct decoder *d, const struct frame *frame, size_t *encoded,
    size_t *length)
{
	struct input *in = &d->input;
	const uint64_t most = ZSTD_compressBound((size_t)frame->size) + 64;
	uint64_t at = frame->header;
	enum frame_walk walk;

	*encoded = 0;
	while ((walk = frame_walk(frame, input_bytes(in), input_length(in),
	    &at)) == FRAME_MORE && at <= most) {
		if (!input_want(in, (size_t)at + 3))
			return no_memory(d);
		if (input_length(in) < at + 3)
			return bear_stop(d, length);
	}
	if (walk == FRAME_WRONG || at > most)
		return DE_OK;
	if (!input_want(in, (size_t)at))
		return no_memory(d);
	if (input_length(in) < at)
		return bear_stop(d, length);
	*encoded = (size_t)at;
	return DE_OK;
}

/* Does the table know this frame as it is? */
static bool
is_as_listed(const struct decoder *d, const struct frame *frame,
    size_t encoded)
{
	const struct seek_table *t = &d->table;

	return t->count == 0 || (d->next < t->count &&
	    frame->size == seek_table_plain(t, d->next) &&
	    encoded == t->begins[d->next + 1] - t->begins[d->next]);
}

static enum de_status
decode_whole(struct decoder *d, const struct frame *frame, size_t *length)
{
	const size_t size = (size_t)frame->size;
	size_t encoded;
	const enum de_status status = gather(d, frame, &encoded, length);

	if (status != DE_OK)
		return status;
	d->vain += d->is_searching ? size : 0;
	if (encoded == 0)
		return bear_damage(d, "a block is longer than can be", 0, 0,
		    length);
	if (!is_as_listed(d, frame, encoded))
		return bear_damage(d, "the frame is not as the seek table says",
		    0, 0, length);
	if (!make_room(d, size))
		return no_memory(d);
	const size_t n = ZSTD_decompressDCtx(d->context, d->plain, size,
	    input_bytes(&d->input), encoded);
	if (ZSTD_isError(n) || n != size)
		return bear_damage(d, ZSTD_isError(n) ? ZSTD_getErrorName(n) :
		    "it has another length than it says", encoded, size,
		    length);
	input_skip(&d->input, encoded);
	d->vain -= d->is_searching ? size : 0;
	d->is_searching = false;
	d->usual = size;
	d->next++;
	d->begin = d->skip < size ? d->skip : size;
	d->end = size;
	d->skip = 0;
	return DE_OK;
}

/* Behind the seek table nothing of the volume follows. */
static enum de_status
skip_frame(struct decoder *d, const struct frame *frame, size_t *length)
{
	struct input *in = &d->input;

	/* Found by chance, it could be anything. */
	if (d->is_searching && get32(input_bytes(in)) != TABLE_MAGIC)
		return bear_damage(d, "", 0, 0, length);
	d->has_ended = get32(input_bytes(in)) == TABLE_MAGIC;
	d->has_checks = true;
	if (!d->has_ended)
		input_skip_far(in, frame->header);
	return DE_OK;
}

static enum de_status
begin_frame(struct decoder *d, size_t *length)
{
	struct input *in = &d->input;

	if (!input_want(in, FRAME_BEGINNING))
		return no_memory(d);
	if (input_length(in) == 0)
		return bear_stop(d, length);
	const struct frame frame = frame_begins(input_bytes(in),
	    input_length(in));
	switch (frame.kind) {
	case FRAME_SKIPPED:
		return skip_frame(d, &frame, length);
	case FRAME_DATA:
		if (!frame.has_check && (d->has_checks || d->is_searching))
			return bear_damage(d, "the frame has no checksum", 0,
			    0, length);
		if (frame.has_size && frame.size > 0 &&
		    frame.size <= DECODE_FRAME_MAX)
			return decode_whole(d, &frame, length);
		if (!d->is_searching && d->table.count == 0) {
			ZSTD_DCtx_reset(d->context, ZSTD_reset_session_only);
			d->is_streaming = true;
			return DE_OK;
		}
		break;
	case FRAME_NONE:
		if (input_length(in) < FRAME_BEGINNING && in->status != DE_OK)
			return bear_stop(d, length);
		break;
	}
	return bear_damage(d, "no frame begins there", 0, 0, length);
}

/* A part of a frame of any length, which is then d->plain. */
static enum de_status
stream(struct decoder *d, size_t *length)
{
	struct input *in = &d->input;

	if (!input_want(in, 1) || !make_room(d, ZSTD_DStreamOutSize()))
		return no_memory(d);
	if (input_length(in) == 0) {
		if (in->status == DE_NO_MORE)
			tell_damage(d, "it ends within a frame");
		d->is_streaming = false;
		return bear_stop(d, length);
	}
	ZSTD_inBuffer from = { input_bytes(in), input_length(in), 0 };
	ZSTD_outBuffer to = { d->plain, d->plain_room, 0 };
	const size_t left = ZSTD_decompressStream(d->context, &to, &from);
	if (ZSTD_isError(left)) {
		tell_damage(d, ZSTD_getErrorName(left));
		d->is_streaming = false;
		d->has_ended = true;
		return DE_FAILED;
	}
	input_skip(in, from.pos);
	d->is_streaming = left > 0;
	d->begin = 0;
	d->end = to.pos;
	return DE_OK;
}

/* ------------------------------------------------------------------ reading */

enum de_status
decode_next(struct decoder *d, void *buffer, size_t room, size_t *length)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && d->begin == d->end) {
		if (d->host->cancelled(d->host))
			return DE_FAILED;
		status = d->is_streaming ? stream(d, length) :
		    d->has_ended ? DE_NO_MORE : begin_frame(d, length);
	}
	if (status != DE_OK)
		return status;
	*length = d->end - d->begin < room ? d->end - d->begin : room;
	memcpy(buffer, d->plain + d->begin, *length);
	d->begin += *length;
	return DE_OK;
}

enum de_status
decode_go_to(struct decoder *d, uint64_t offset)
{
	const struct seek_table *t = &d->table;
	const bool is_end = offset >= t->size;
	const size_t number = is_end ? t->count :
	    (size_t)(offset / t->frame_size);
	const bool is_here = number + 1 == d->next && d->end > 0;
	const size_t in_frame = is_end ? 0 : (size_t)(offset % t->frame_size);

	/* The frame that has just been decoded is still there. */
	if (is_here && !is_end && !d->is_searching) {
		d->begin = in_frame;
		return DE_OK;
	}
	if (!input_go_to(&d->input, t->begins[number]))
		return DE_FAILED;
	d->begin = d->end = 0;
	d->next = number;
	d->skip = in_frame;
	d->is_searching = d->is_streaming = d->has_ended = false;
	return DE_OK;
}
