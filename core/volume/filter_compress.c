/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filter_compress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/compress.h"

/* A thread has one while it encodes. */
struct worker {
	struct compressor *compressor;
	struct worker *next;
};

/* The lock guards `idle`. */
struct filter_compress {
	const struct de_host *host;
	int level;
	pthread_mutex_t lock;
	struct worker *idle;		/* owned; a list */
};

static enum de_status
no_memory(const struct filter_compress *f)
{
	f->host->report(f->host, DE_ERROR, "out of memory for compression");
	return DE_FAILED;
}

/* ------------------------------------------------------------------ workers */

static void
worker_free(struct worker *w)
{
	compressor_free(w->compressor);
	free(w);
}

static struct worker *
worker_new(int level)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->compressor = compressor_new(level);
	if (w->compressor != NULL)
		return w;
	free(w);
	return NULL;
}

/* NULL if out of memory. */
static struct worker *
take_worker(struct filter_compress *f)
{
	pthread_mutex_lock(&f->lock);
	struct worker *w = f->idle;
	if (w != NULL)
		f->idle = w->next;
	pthread_mutex_unlock(&f->lock);
	return w != NULL ? w : worker_new(f->level);
}

static void
give_back(struct filter_compress *f, struct worker *w)
{
	pthread_mutex_lock(&f->lock);
	w->next = f->idle;
	f->idle = w;
	pthread_mutex_unlock(&f->lock);
}

static void
free_workers(struct filter_compress *f)
{
	while (f->idle != NULL) {
		struct worker *w = f->idle;
		f->idle = w->next;
		worker_free(w);
	}
}

/* ---------------------------------------------------------------- callbacks */

static enum de_status
filter_compress_create(const struct de_host *host, void **self)
{
	struct filter_compress *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		host->report(host, DE_ERROR, "out of memory");
		return DE_FAILED;
	}
	f->host = host;
	f->level = (int)host->get_integer(host, "level");
	pthread_mutex_init(&f->lock, NULL);
	*self = f;
	return DE_OK;
}

static void
filter_compress_destroy(void *self)
{
	struct filter_compress *f = self;

	free_workers(f);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static enum de_status
filter_compress_begin_volume(void *self, const struct de_filter_volume *volume,
    struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	const uint32_t record = volume->volume->record_size;

	(void)self;
	(void)put;
	(void)arg;
	plan->piece = record;
	plan->room = (uint32_t)compress_room(record);
	return DE_OK;
}

static enum de_status
filter_compress_encode(void *self, const struct de_filter_piece *piece,
    void *out, size_t *length)
{
	struct filter_compress *f = self;

	if (piece->number == 0) {
		memcpy(out, piece->bytes, piece->length);
		*length = piece->length;
		return DE_OK;
	}
	struct worker *w = take_worker(f);
	if (w == NULL)
		return no_memory(f);
	*length = compressor_record(w->compressor, piece->bytes,
	    piece->length, out);
	give_back(f, w);
	return DE_OK;
}

/* There is nothing behind the last record. */
static enum de_status
filter_compress_end_volume(void *self, enum de_close how, uint64_t room,
    de_put_fn *put, void *arg)
{
	(void)room;
	(void)put;
	(void)arg;
	if (how == DE_CLOSE_DISCARD)
		free_workers(self);
	return DE_OK;
}

const struct de_option filter_compress_options[] = {
	{ "level", DE_OPTION_INTEGER, DE_OPTION_REQUIRED, COMPRESS_LEVEL_MIN,
	  COMPRESS_LEVEL_MAX, NULL, "level of zlib" },
	DE_OPTIONS_END
};

const struct plugin filter_compress = {
	.descriptor = {
		DE_PLUGIN_ABI,
		.kind = DE_FILTER,
		.name = FILTER_COMPRESS_NAME,
		.summary = "compress records as dump(8) does",
		.options = filter_compress_options,
		.create = filter_compress_create,
		.destroy = filter_compress_destroy,
	},
	.filter = {
		.struct_size = sizeof(struct de_filter),
		.begin_volume = filter_compress_begin_volume,
		.encode = filter_compress_encode,
		.end_volume = filter_compress_end_volume,
	},
};
