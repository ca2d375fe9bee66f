/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter-zstd.c - filter: compress volumes with zstd
 *
 * A volume is a skippable frame with its mark, one frame for each piece, and a
 * seek table in a skippable frame.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "../common/bytes.h"
#include "decode.h"
#include "frame.h"
#include "seek_table.h"

#define MARK_MAGIC FRAME_SKIPPABLE
#define MARK_MAX 512
#define WINDOW_LOG 27		/* for `long`; zstd(1) takes no larger one */

/* A context that no thread uses. */
struct idle {
	ZSTD_CCtx *context;
	struct idle *next;
};

struct filter_zstd {
	const struct de_host *host;	/* borrowed */
	int level;
	uint32_t frame_size;
	uint32_t threads;
	bool is_long;
	struct frame_list frames;	/* of the volume being written */
	pthread_mutex_t lock;		/* guards these: */
	struct idle *idle;
	struct decoder *decoder;	/* of the volume being read */
};

static const struct de_option options[] = {
	{ "level", DE_OPTION_INTEGER, 0, 1, 19, "3",
	  "from 1, fast, to 19, small" },
	{ "threads", DE_OPTION_INTEGER, 0, 0, 256, "0",
	  "threads that compress; 0: as many as there are processors" },
	{ "frame_size", DE_OPTION_SIZE, 0, 16 << 10, 128 << 20, "1 MiB",
	  "bytes of the dump in each frame, which is what must be read for a "
	  "single file" },
	{ "long", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "look for matches in all of a frame; worth it if frame_size is large" },
	DE_OPTIONS_END
};

static enum de_status
no_memory(const struct filter_zstd *f)
{
	f->host->report(f->host, DE_ERROR, "filter-zstd: out of memory");
	return DE_FAILED;
}

/* ---------------------------------------------------------------- writing */

static enum de_status
put_mark(struct filter_zstd *f, const char *mark, de_put_fn *put, void *arg)
{
	uint8_t frame[FRAME_SKIPPABLE_HEADER + MARK_MAX + 1];
	const size_t length = strnlen(mark, MARK_MAX);

	put32(frame, MARK_MAGIC);
	put32(frame + 4, (uint32_t)length + 1);
	memcpy(frame + FRAME_SKIPPABLE_HEADER, mark, length);
	frame[FRAME_SKIPPABLE_HEADER + length] = '\n';
	f->frames.mark = (uint32_t)(FRAME_SKIPPABLE_HEADER + length + 1);
	return put(arg, frame, f->frames.mark);
}

static enum de_status
begin_volume(void *self, const struct de_filter_volume *volume,
    struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	struct filter_zstd *f = self;

	frame_list_clear(&f->frames);
	f->frames.frame_size = f->frame_size;
	plan->piece = f->frame_size;
	plan->room = (uint32_t)ZSTD_compressBound(f->frame_size);
	plan->threads = f->threads;
	plan->tail = SEEK_TABLE_FIXED;
	plan->tail_per_piece = SEEK_TABLE_ENTRY;
	return put_mark(f, volume->mark, put, arg);
}

static bool
set(ZSTD_CCtx *context, ZSTD_cParameter parameter, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value));
}

static struct idle *
make_context(const struct filter_zstd *f)
{
	struct idle *idle = calloc(1, sizeof(*idle));

	if (idle == NULL)
		return NULL;
	idle->context = ZSTD_createCCtx();
	if (idle->context != NULL &&
	    set(idle->context, ZSTD_c_compressionLevel, f->level) &&
	    set(idle->context, ZSTD_c_checksumFlag, 1) && (!f->is_long ||
	    (set(idle->context, ZSTD_c_enableLongDistanceMatching, 1) &&
	    set(idle->context, ZSTD_c_windowLog, WINDOW_LOG))))
		return idle;
	ZSTD_freeCCtx(idle->context);
	free(idle);
	return NULL;
}

static struct idle *
take_context(struct filter_zstd *f)
{
	pthread_mutex_lock(&f->lock);
	struct idle *idle = f->idle;
	if (idle != NULL)
		f->idle = idle->next;
	pthread_mutex_unlock(&f->lock);
	return idle != NULL ? idle : make_context(f);
}

static void
give_context(struct filter_zstd *f, struct idle *idle)
{
	pthread_mutex_lock(&f->lock);
	idle->next = f->idle;
	f->idle = idle;
	pthread_mutex_unlock(&f->lock);
}

static enum de_status
encode(void *self, const struct de_filter_piece *piece, void *out,
    size_t *length)
{
	struct filter_zstd *f = self;
	struct idle *idle = take_context(f);

	if (idle == NULL)
		return no_memory(f);
	*length = ZSTD_compress2(idle->context, out,
	    ZSTD_compressBound(f->frame_size), piece->bytes, piece->length);
	const bool failed = ZSTD_isError(*length);
	if (failed)
		f->host->report(f->host, DE_ERROR, "filter-zstd: cannot "
		    "compress: %s", ZSTD_getErrorName(*length));
	give_context(f, idle);
	return failed ? DE_FAILED : DE_OK;
}

static enum de_status
piece_done(void *self, uint64_t number, size_t plain, size_t encoded)
{
	struct filter_zstd *f = self;

	return frame_list_note(&f->frames, number, plain, encoded) ? DE_OK :
	    no_memory(f);
}

static enum de_status
end_volume(void *self, enum de_close how, uint64_t room, de_put_fn *put,
    void *arg)
{
	struct filter_zstd *f = self;

	if (how == DE_CLOSE_COMPLETE)
		return seek_table_put(&f->frames, room, put, arg);
	frame_list_clear(&f->frames);
	return DE_OK;
}

/* ---------------------------------------------------------------- reading */

static bool
recognises(void *self, const void *bytes, size_t length)
{
	(void)self;
	return decode_recognises(bytes, length);
}

static enum de_status
open_reading(void *self, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct filter_zstd *f = self;

	f->decoder = decode_begin(f->host, input, reading);
	return f->decoder == NULL ? DE_FAILED : DE_OK;
}

static enum de_status
read_plain(void *self, void *buffer, size_t room, size_t *length)
{
	const struct filter_zstd *f = self;

	return decode_next(f->decoder, buffer, room, length);
}

static enum de_status
go_to(void *self, uint64_t offset)
{
	const struct filter_zstd *f = self;

	return decode_go_to(f->decoder, offset);
}

static void
close_reading(void *self)
{
	struct filter_zstd *f = self;

	decode_end(f->decoder);
	f->decoder = NULL;
}

/* --------------------------------------------------------------- instances */

static void
destroy(void *self)
{
	struct filter_zstd *f = self;

	while (f->idle != NULL) {
		struct idle *idle = f->idle;
		f->idle = idle->next;
		ZSTD_freeCCtx(idle->context);
		free(idle);
	}
	frame_list_clear(&f->frames);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static enum de_status
create(const struct de_host *host, void **self)
{
	struct filter_zstd *f = calloc(1, sizeof(*f));

	if (f == NULL || pthread_mutex_init(&f->lock, NULL) != 0) {
		host->report(host, DE_ERROR, "filter-zstd: out of memory");
		free(f);
		return DE_FAILED;
	}
	f->host = host;
	f->level = (int)host->get_integer(host, "level");
	f->threads = (uint32_t)host->get_integer(host, "threads");
	f->frame_size = (uint32_t)host->get_integer(host, "frame_size");
	f->is_long = host->get_boolean(host, "long");
	*self = f;
	return DE_OK;
}

static const struct de_filter filter = {
	.struct_size = sizeof(filter),
	.begin_volume = begin_volume,
	.encode = encode,
	.end_volume = end_volume,
	.piece_done = piece_done,
	.recognises = recognises,
	.open_reading = open_reading,
	.read = read_plain,
	.go_to = go_to,
	.close_reading = close_reading,
};

static const struct de_plugin filter_zstd = {
	DE_PLUGIN_ABI,
	.kind = DE_FILTER,
	.name = "filter-zstd",
	.summary = "compress each volume with zstd",
	.options = options,
	.create = create,
	.destroy = destroy,
	.filter = &filter,
};

DE_PLUGIN(filter_zstd);
