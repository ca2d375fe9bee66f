/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter-invert.c - filter: inverts each bit of a volume
 *
 * A volume is two lines, "filter-invert" and its mark, and then the inverted
 * bytes of the dump.  It hides nothing from anyone, but shows what a filter has
 * to do.
 */
#include <dumpengine/plugin.h>

#include <stdlib.h>
#include <string.h>

#define BEGINNING "filter-invert\n"
#define HEAD_MAX 1024

struct filter_invert {
	const struct de_host *host;	/* borrowed */
	uint32_t piece;			/* option "piece" */
	const struct de_filter_input *input;	/* while a volume is read */
	uint64_t head;			/* bytes before the first plain one */
};

static const struct de_option options[] = {
	{ "piece", DE_OPTION_SIZE, 0, 1024, 1 << 20, "64 KiB",
	  "bytes that are inverted at a time" },
	DE_OPTIONS_END
};

static void
invert(const uint8_t *from, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (uint8_t)~from[i];
}

/* ---------------------------------------------------------------- writing */

static enum de_status
begin_volume(void *self, const struct de_filter_volume *volume,
    struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	const struct filter_invert *f = self;
	enum de_status status;

	plan->piece = f->piece;
	plan->room = f->piece;
	status = put(arg, BEGINNING, strlen(BEGINNING));
	if (status == DE_OK)
		status = put(arg, volume->mark, strlen(volume->mark));
	return status == DE_OK ? put(arg, "\n", 1) : status;
}

static enum de_status
encode(void *self, const struct de_filter_piece *piece, void *out,
    size_t *length)
{
	(void)self;
	invert(piece->bytes, out, piece->length);
	*length = piece->length;
	return DE_OK;
}

/* Nothing follows the last piece, and there is nothing to forget. */
static enum de_status
end_volume(void *self, enum de_close how, uint64_t room, de_put_fn *put,
    void *arg)
{
	(void)self;
	(void)how;
	(void)room;
	(void)put;
	(void)arg;
	return DE_OK;
}

/* ---------------------------------------------------------------- reading */

static bool
recognises(void *self, const void *bytes, size_t length)
{
	(void)self;
	return length >= strlen(BEGINNING) &&
	    memcmp(bytes, BEGINNING, strlen(BEGINNING)) == 0;
}

/* Skip two lines. */
static enum de_status
open_reading(void *self, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct filter_invert *f = self;
	unsigned int lines = 0;
	char c;
	size_t n;

	for (f->head = 0; lines < 2 && f->head < HEAD_MAX; f->head++) {
		if (input->read(input->arg, &c, 1, &n) != DE_OK)
			break;
		lines += c == '\n';
	}
	if (lines < 2) {
		f->host->report(f->host, DE_ERROR, "%s: the beginning of the "
		    "volume is damaged", input->name);
		return DE_FAILED;
	}
	f->input = input;
	if (input->go_to != NULL)
		reading->properties |= DE_FILTER_SEEKS;
	if (input->size > f->head)
		reading->size = input->size - f->head;
	return DE_OK;
}

static enum de_status
read_plain(void *self, void *buffer, size_t room, size_t *length)
{
	const struct filter_invert *f = self;
	const enum de_status status = f->input->read(f->input->arg, buffer,
	    room, length);

	if (status == DE_OK)
		invert(buffer, buffer, *length);
	return status;
}

static enum de_status
go_to(void *self, uint64_t offset)
{
	const struct filter_invert *f = self;

	if (offset > UINT64_MAX - f->head)
		offset = UINT64_MAX - f->head;
	return f->input->go_to(f->input->arg, f->head + offset);
}

static void
close_reading(void *self)
{
	struct filter_invert *f = self;

	f->input = NULL;
}

/* --------------------------------------------------------------- instances */

static enum de_status
create(const struct de_host *host, void **self)
{
	struct filter_invert *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		host->report(host, DE_ERROR, "filter-invert: out of memory");
		return DE_FAILED;
	}
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
	.begin_volume = begin_volume,
	.encode = encode,
	.end_volume = end_volume,
	.recognises = recognises,
	.open_reading = open_reading,
	.read = read_plain,
	.go_to = go_to,
	.close_reading = close_reading,
};

static const struct de_plugin filter_invert = {
	DE_PLUGIN_ABI,
	.kind = DE_FILTER,
	.name = "filter-invert",
	.summary = "invert each bit of a volume",
	.options = options,
	.create = create,
	.destroy = destroy,
	.filter = &filter,
};

DE_PLUGIN(filter_invert);
