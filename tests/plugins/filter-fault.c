/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter-fault.c - filter for tests: it hides bytes, and fails when told
 *
 * A volume is a line with the mark; its pieces, each as a length of four bytes
 * and the bytes XORed with the number of the piece, of which the last one has
 * the highest bit of its length set; and "tail" for each piece, if there is
 * room.  So a volume that does not end with a whole piece, marked as the last
 * one, is refused.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

#define BEGINNING "filter-fault "
#define LAST 0x80000000u
#define TAIL "tail"
#define TAIL_BYTES 4
#define LENGTH_BYTES 4

struct filter_fault {
	const struct de_host *host;	/* borrowed */
	uint32_t piece;
	uint32_t volume;
	uint64_t pieces;		/* of the volume that is written */
	const struct de_filter_input *input;
	uint64_t number;		/* of the piece that is read */
	size_t left;			/* bytes of it */
	bool is_last;
};

static const struct de_option options[] = {
	{ "piece", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "5000",
	  "bytes of a piece" },
	{ "fault", DE_OPTION_STRING, 0, 0, 100, "",
	  "begin, encode, kill, crash, done, end, more, head, plan or check" },
	{ "at", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the piece with that fault" },
	{ "on", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "1",
	  "the volume with that fault" },
	DE_OPTIONS_END
};

static bool
is_fault(const struct filter_fault *f, const char *fault)
{
	return f->volume == f->host->get_integer(f->host, "on") &&
	    strcmp(f->host->get_string(f->host, "fault"), fault) == 0;
}

static enum de_status
fail(const struct filter_fault *f, const char *what)
{
	f->host->report(f->host, DE_ERROR, "filter-fault: %s", what);
	return DE_FAILED;
}

static enum de_status
check(void *self)
{
	struct filter_fault *f = self;

	f->volume = 1;
	return is_fault(f, "check") ? fail(f, "is not ready, as told") : DE_OK;
}

static enum de_status
begin_volume(void *self, const struct de_filter_volume *volume,
    struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	struct filter_fault *f = self;
	static const char much[4096];
	enum de_status status = DE_OK;

	f->volume = volume->volume->number;
	f->pieces = 0;
	plan->piece = f->piece;
	plan->room = is_fault(f, "plan") ? 10 : f->piece + LENGTH_BYTES;
	plan->tail_per_piece = TAIL_BYTES;
	if (is_fault(f, "begin"))
		return fail(f, "does not begin, as told");
	for (int i = 0; is_fault(f, "head") && i < 20; i++)
		put(arg, much, sizeof(much));
	status = put(arg, BEGINNING, strlen(BEGINNING));
	if (status == DE_OK)
		status = put(arg, volume->mark, strlen(volume->mark));
	return status == DE_OK ? put(arg, "\n", 1) : status;
}

static void
hide(const uint8_t *from, uint8_t *to, size_t length, uint64_t number)
{
	for (size_t i = 0; i < length; i++)
		to[i] = from[i] ^ (uint8_t)(number + 0x55);
}

static enum de_status
encode(void *self, const struct de_filter_piece *piece, void *out,
    size_t *length)
{
	const struct filter_fault *f = self;
	const bool is_it = piece->number ==
	    (uint64_t)f->host->get_integer(f->host, "at");
	const uint32_t head = (uint32_t)piece->length |
	    (piece->is_last ? LAST : 0);
	uint8_t *to = out;

	if (is_it && is_fault(f, "encode"))
		return fail(f, "does not encode, as told");
	if (is_it && is_fault(f, "kill"))
		kill(getpid(), SIGKILL);
	if (is_it && is_fault(f, "crash"))
		abort();
	for (int i = 0; i < LENGTH_BYTES; i++)
		to[i] = (uint8_t)(head >> 8 * i);
	hide(piece->bytes, to + LENGTH_BYTES, piece->length, piece->number);
	*length = is_it && is_fault(f, "more") ? SIZE_MAX :
	    piece->length + LENGTH_BYTES;
	return DE_OK;
}

static enum de_status
piece_done(void *self, uint64_t number, size_t plain, size_t encoded)
{
	struct filter_fault *f = self;

	if (number > f->pieces || encoded != plain + LENGTH_BYTES)
		return fail(f, "a piece is told wrong");
	f->pieces = number + 1;
	return is_fault(f, "done") ? fail(f, "fails at the end of a piece, "
	    "as told") : DE_OK;
}

static enum de_status
end_volume(void *self, enum de_close how, uint64_t room, de_put_fn *put,
    void *arg)
{
	struct filter_fault *f = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_DISCARD)
		return DE_OK;
	if (is_fault(f, "end"))
		return fail(f, "does not end, as told");
	for (uint64_t i = 0; status == DE_OK && i < f->pieces &&
	    room >= f->pieces * TAIL_BYTES; i++)
		status = put(arg, TAIL, TAIL_BYTES);
	return status;
}

/* ---------------------------------------------------------------- reading */

static bool
recognises(void *self, const void *bytes, size_t length)
{
	(void)self;
	return length > strlen(BEGINNING) &&
	    memcmp(bytes, BEGINNING, strlen(BEGINNING)) == 0;
}

/* DE_NO_MORE if nothing is left, DE_FAILED if it is not all. */
static enum de_status
read_all(const struct filter_fault *f, uint8_t *bytes, size_t length)
{
	size_t at = 0, n;

	while (at < length) {
		const enum de_status status = f->input->read(f->input->arg,
		    bytes + at, length - at, &n);
		if (status == DE_NO_MORE && at == 0)
			return DE_NO_MORE;
		if (status != DE_OK)
			return fail(f, "the volume ends within a piece");
		at += n;
	}
	return DE_OK;
}

static enum de_status
open_reading(void *self, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct filter_fault *f = self;
	uint8_t c = 0;

	(void)reading;
	f->input = input;
	f->number = 0;
	f->left = 0;
	f->is_last = false;
	while (c != '\n')
		if (read_all(f, &c, 1) != DE_OK)
			return fail(f, "there is no mark");
	return DE_OK;
}

/* What comes after the last piece, if anything, is only a tail. */
static enum de_status
read_tail(const struct filter_fault *f)
{
	uint8_t tail[TAIL_BYTES];
	enum de_status status;
	uint64_t count = 0;

	for (; (status = read_all(f, tail, sizeof(tail))) == DE_OK; count++)
		if (memcmp(tail, TAIL, TAIL_BYTES) != 0)
			return fail(f, "something follows the last piece");
	if (status == DE_NO_MORE && count > 0 && count != f->number)
		return fail(f, "the tail has another length");
	return status;
}

static enum de_status
read_plain(void *self, void *buffer, size_t room, size_t *length)
{
	struct filter_fault *f = self;
	uint8_t head[LENGTH_BYTES];
	uint32_t n = 0;

	if (f->left == 0 && f->is_last)
		return read_tail(f);
	if (f->left == 0) {
		if (read_all(f, head, sizeof(head)) != DE_OK)
			return fail(f, "the last piece is missing");
		for (int i = 0; i < LENGTH_BYTES; i++)
			n |= (uint32_t)head[i] << 8 * i;
		f->is_last = (n & LAST) != 0;
		f->left = n & ~LAST;
		f->number++;
		if (f->left == 0 || f->left > f->piece ||
		    (f->left < f->piece && !f->is_last))
			return fail(f, "a piece has a wrong length");
	}
	*length = f->left < room ? f->left : room;
	if (read_all(f, buffer, *length) != DE_OK)
		return fail(f, "a piece is cut off");
	hide(buffer, buffer, *length, f->number - 1);
	f->left -= *length;
	return DE_OK;
}

static void
close_reading(void *self)
{
	(void)self;
}

static enum de_status
create(const struct de_host *host, void **self)
{
	struct filter_fault *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return DE_FAILED;
	f->host = host;
	f->piece = (uint32_t)host->get_integer(host, "piece");
	*self = f;
	return DE_OK;
}

static void
destroy(void *self)
{
	free(self);
}

static const struct de_filter filter = {
	.struct_size = sizeof(filter),
	.check = check,
	.begin_volume = begin_volume,
	.encode = encode,
	.end_volume = end_volume,
	.piece_done = piece_done,
	.recognises = recognises,
	.open_reading = open_reading,
	.read = read_plain,
	.close_reading = close_reading,
};

static const struct de_plugin filter_fault = {
	DE_PLUGIN_ABI,
	.kind = DE_FILTER,
	.name = "filter-fault",
	.summary = "hides bytes, and fails when told",
	.options = options,
	.create = create,
	.destroy = destroy,
	.filter = &filter,
};

DE_PLUGIN(filter_fault);
