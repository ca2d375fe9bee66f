/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content_walk.c - from header to header, and what is behind each
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mount/content_own.h"

#define SPANS_MAX 32768		/* that are remembered */

/* ----------------------------------------------------------------- headers */

static void
measure(struct content *c)
{
	struct header_runs runs;
	uint32_t blocks;
	bool is_data;

	c->now_covers = c->now_data = 0;
	header_runs_begin(&runs, piece_cache_dialect(c->cache), &c->now_header);
	while (header_runs_next(&runs, &blocks, &is_data)) {
		const uint64_t bytes = (uint64_t)blocks * c->block;
		c->now_covers += bytes;
		c->now_data += is_data ? bytes : 0;
	}
}

/* Is it the header of the inode, or one that goes on with its contents? */
static bool
is_of_contents(const struct content *c, const struct content_span *span)
{
	const struct header *h = &c->now_header;

	return h->inode == c->header.inode && h->part == HEADER_PART_DATA &&
	    h->type == (span->offset == 0 &&
	    span->at.position == c->spans[0].at.position &&
	    span->at.volume == c->spans[0].at.volume ?
	    HEADER_INODE : HEADER_ADDR);
}

enum content_step
content_look(struct content *c, const struct content_span *span)
{
	struct cursor at = span->at;

	if (!cursor_read(&at, c->now, c->block) || !header_decode(
	    piece_cache_dialect(c->cache), c->now, &c->now_header))
		return CONTENT_LOST;
	measure(c);
	return is_of_contents(c, span) ? CONTENT_SPAN : CONTENT_ENDED;
}

/* --------------------------------------------------------------- the spans */

/* Every second one is forgotten, and of those to come, too. */
static void
thin(struct content *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->span_count; i += 2)
		c->spans[kept++] = c->spans[i];
	c->span_count = kept;
	c->stride *= 2;
	c->since = 0;
}

/* Without memory, the way is gone again later. */
static void
remember(struct content *c, const struct content_span *span)
{
	if (span->offset <= c->spans[c->span_count - 1].offset ||
	    ++c->since < c->stride)
		return;
	if (c->span_count == SPANS_MAX) {
		thin(c);
		return;
	}
	if (c->span_count == c->span_room) {
		struct content_span *more = realloc(c->spans,
		    2 * c->span_room * sizeof(*more));
		if (more == NULL)
			return;
		c->spans = more;
		c->span_room *= 2;
	}
	c->spans[c->span_count++] = *span;
	c->since = 0;
}

/* The last one known that begins at `offset` or before it. */
static const struct content_span *
nearest(const struct content *c, uint64_t offset)
{
	size_t low = 0, high = c->span_count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		if (c->spans[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return &c->spans[low];
}

/* From the header that was looked at to the next one. */
static bool
go_on(struct content *c, struct content_span *span)
{
	if (c->now_covers > UINT64_MAX - span->offset ||
	    !cursor_skip(&span->at, c->block + c->now_data))
		return false;
	span->offset += c->now_covers;
	return true;
}

enum content_step
content_find(struct content *c, uint64_t offset, struct content_span *span)
{
	*span = *nearest(c, offset);
	for (;;) {
		const enum content_step step = content_look(c, span);
		if (step != CONTENT_SPAN)
			return step;
		if (offset - span->offset < c->now_covers)
			return CONTENT_SPAN;
		if (!go_on(c, span))
			return CONTENT_LOST;
		remember(c, span);
	}
}

bool
content_find_end(struct content *c, struct content_span *span)
{
	return content_find(c, UINT64_MAX, span) == CONTENT_ENDED;
}

/* ------------------------------------------------------------ what is there */

/* A run of the header at which content_look() has been. */
struct run {
	uint64_t begin, end;	/* in the file, bytes */
	uint64_t data;		/* bytes of data before it, behind the header */
	bool is_data;
};

/* The run that has this byte, which is one of those that are covered. */
static struct run
find_run(const struct content *c, const struct content_span *span,
    uint64_t offset)
{
	struct run run = { .end = span->offset };
	struct header_runs runs;
	uint32_t blocks;
	bool is_data;

	header_runs_begin(&runs, piece_cache_dialect(c->cache), &c->now_header);
	while (header_runs_next(&runs, &blocks, &is_data)) {
		if (run.is_data)
			run.data += run.end - run.begin;
		run.begin = run.end;
		run.end += (uint64_t)blocks * c->block;
		run.is_data = is_data;
		if (offset < run.end)
			break;
	}
	return run;
}

/* As much as one run has of it; 0: it cannot be read. */
static size_t
read_run(struct content *c, const struct content_span *span, uint64_t offset,
    uint8_t *buffer, size_t length)
{
	const struct run run = find_run(c, span, offset);
	const uint64_t rest = run.end - offset;
	const size_t part = rest < length ? (size_t)rest : length;

	if (!run.is_data)
		memset(buffer, 0, part);
	else if (!cursor_peek(&span->at, c->block + run.data +
	    (offset - run.begin), buffer, part))
		return 0;
	return part;
}

bool
content_read_raw(struct content *c, uint64_t offset, uint8_t *buffer,
    size_t length)
{
	struct content_span span;

	while (length > 0) {
		const enum content_step step = content_find(c, offset, &span);
		if (step == CONTENT_LOST)
			return false;
		if (step == CONTENT_ENDED) {
			memset(buffer, 0, length);
			return true;
		}
		const size_t part = read_run(c, &span, offset, buffer, length);
		if (part == 0)
			return false;
		offset += part;
		buffer += part;
		length -= part;
	}
	return true;
}

static int64_t
seek(struct content *c, uint64_t offset, bool data)
{
	struct content_span span;

	while (offset < c->size) {
		const enum content_step step = content_find(c, offset, &span);
		if (step == CONTENT_LOST)
			return -EIO;
		if (step == CONTENT_ENDED)
			return data ? -ENXIO : (int64_t)offset;
		const struct run run = find_run(c, &span, offset);
		if (run.is_data == data)
			return (int64_t)offset;
		offset = run.end;
	}
	return data ? -ENXIO : (int64_t)c->size;
}

int64_t
content_seek(struct content *c, uint64_t offset, bool data)
{
	if (offset >= c->size)
		return -ENXIO;
	if (c->inlined != NULL)
		return (int64_t)(data ? offset : c->size);
	pthread_mutex_lock(&c->lock);
	const int64_t result = seek(c, offset, data);
	pthread_mutex_unlock(&c->lock);
	return result;
}
