/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/blocks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATED_MAX 1024	/* blocks: the largest record */
#define WHY_BYTES 96

struct blocks {
	struct volumes_config config;
	struct pieces *pieces;		/* borrowed; or NULL */
	struct volumes *volumes;	/* NULL: let go */
	struct chunk *chunk;		/* held; NULL: the next one is due */
	size_t at;			/* of it, the next block */
	size_t fed;			/* of it, given to the pieces */

	/* Kept while nothing is open. */
	uint32_t volume;		/* of the next block, */
	uint64_t position;		/*   and bytes before it there */
	uint64_t number;		/* of it, in the stream */
	uint32_t repeated;		/* blocks yet to be dropped */
	bool has_begun;			/* a volume has */
	uint64_t size;
	struct dialect dialect;
	struct header header;		/* of the first volume */
	enum verdict verdict;
	char why[WHY_BYTES];
};

/* -------------------------------------------------------------- one chunk */

/* What was passed on of the chunk. */
static void
feed(struct blocks *b)
{
	if (b->pieces == NULL || b->at == b->fed)
		return;
	const struct chunk part = {
		.bytes = b->chunk->bytes + b->fed,
		.length = b->at - b->fed,
		.volume = b->chunk->volume,
		.position = b->chunk->position + b->fed,
	};
	pieces_add(b->pieces, &part);
	b->fed = b->at;
}

static void
drop_chunk(struct blocks *b)
{
	if (b->chunk == NULL)
		return;
	feed(b);
	b->position = b->chunk->position + b->at;
	chunk_release(b->chunk);
	b->chunk = NULL;
}

void
blocks_let_go(struct blocks *b)
{
	drop_chunk(b);
	volumes_close(b->volumes);
	b->volumes = NULL;
}

static enum blocks_result
lose(struct blocks *b, const char *why)
{
	snprintf(b->why, sizeof(b->why), "%s", why);
	return BLOCKS_LOST;
}

/*
 * After an end of medium, dump(8) repeats on a volume what was at the end of
 * the one before, and says so by the number of its first block.
 */
static uint32_t
count_repeated(const struct blocks *b, const struct header *tape)
{
	if (!b->has_begun || tape->first_record == 0 ||
	    tape->first_record != tape->tapea ||
	    tape->first_record >= b->number ||
	    b->number - tape->first_record > REPEATED_MAX)
		return 0;
	return (uint32_t)(b->number - tape->first_record);
}

/* The chunk begins with the header of a volume. */
static enum blocks_result
begin_volume(struct blocks *b)
{
	struct header h;

	if (b->has_begun && b->chunk->volume != b->volume + 1)
		return lose(b, "a volume is missing");
	b->volume = b->chunk->volume;
	if (b->chunk->length < DE_TAPE_BLOCK ||
	    !header_decode(&b->dialect, b->chunk->bytes, &h) ||
	    h.type != HEADER_TAPE)
		return lose(b, "the header of the volume is damaged");
	b->repeated = count_repeated(b, &h);
	if (b->has_begun && (uint32_t)h.tapea > (uint32_t)b->number)
		return lose(b, "the end of the volume before it is missing");
	if (b->repeated == 0)
		b->number++;		/* else it has no number of its own */
	b->has_begun = true;
	b->at = DE_TAPE_BLOCK;
	return BLOCKS_ONE;
}

static enum blocks_result
end_or_fail(struct blocks *b)
{
	b->verdict = volumes_verdict(b->volumes);
	return b->verdict == VERDICT_GO_ON ? BLOCKS_END : BLOCKS_FAILED;
}

static enum blocks_result
take_chunk(struct blocks *b)
{
	b->chunk = volumes_next(b->volumes, true);
	b->at = b->fed = 0;
	if (b->chunk == NULL)
		return end_or_fail(b);
	if (b->chunk->lost != 0)
		return lose(b, "it cannot be read");
	return b->chunk->begins_volume ? begin_volume(b) : BLOCKS_ONE;
}

/* ---------------------------------------------------------------- opening */

static bool
open_volumes(struct blocks *b)
{
	struct volumes_config config = b->config;

	config.first_volume = b->volume;
	if (b->has_begun) {
		config.date = b->header.date;
		config.base_date = b->header.base_date;
		config.level = b->header.level;
	}
	b->volumes = volumes_open(&config, &b->verdict);
	return b->volumes != NULL;
}

static void
keep_header(struct blocks *b)
{
	const struct header *h = volumes_header(b->volumes);

	b->dialect = *volumes_dialect(b->volumes);
	b->size = volumes_size(b->volumes);
	b->header = *h;
	b->header.addrs = b->header.inline_data = b->header.list = NULL;
}

/*
 * Read on to the chunk that has the next block, or to the end of the volume, if
 * that is where it was let go; `from`: where the last chunk ended.
 */
static enum blocks_result
pass_to_place(struct blocks *b, uint64_t from)
{
	while (from < b->position) {
		b->chunk = volumes_next(b->volumes, false);
		if (b->chunk == NULL)
			return end_or_fail(b) == BLOCKS_FAILED ? BLOCKS_FAILED :
			    lose(b, "the volume is shorter than it was");
		if (b->chunk->lost != 0 || b->chunk->position > b->position)
			return lose(b, "it cannot be read");
		from = b->chunk->position + b->chunk->length;
		if (from > b->position) {
			b->at = b->fed = (size_t)(b->position -
			    b->chunk->position);
			return BLOCKS_ONE;
		}
		chunk_release(b->chunk);
		b->chunk = NULL;
	}
	return take_chunk(b);
}

/* The first chunk, which has the header, may be all that there is. */
static enum blocks_result
come_back(struct blocks *b)
{
	uint64_t from;

	if (!open_volumes(b))
		return BLOCKS_FAILED;
	if (!b->has_begun)
		return take_chunk(b);
	b->chunk = volumes_next(b->volumes, false);
	if (b->chunk == NULL)
		return end_or_fail(b) == BLOCKS_FAILED ? BLOCKS_FAILED :
		    lose(b, "the volume cannot be read any more");
	from = b->chunk->length;
	if (b->position < from) {
		b->at = b->fed = (size_t)b->position;
		return BLOCKS_ONE;
	}
	chunk_release(b->chunk);
	b->chunk = NULL;
	/* What has moved begins there, or with the record that it is in. */
	if (b->position > from && volumes_go_to(b->volumes, b->position, 0))
		from = 0;
	return pass_to_place(b, from);
}

struct blocks *
blocks_new(const struct volumes_config *config, struct pieces *pieces,
    enum verdict *verdict)
{
	struct blocks *b = calloc(1, sizeof(*b));

	*verdict = VERDICT_NOT_STARTED;
	if (b == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	b->config = *config;
	b->pieces = pieces;
	b->volume = config->first_volume;
	if (open_volumes(b)) {
		keep_header(b);
		return b;
	}
	*verdict = b->verdict;
	free(b);
	return NULL;
}

void
blocks_free(struct blocks *b)
{
	if (b == NULL)
		return;
	if (b->chunk != NULL)
		chunk_release(b->chunk);
	volumes_close(b->volumes);
	free(b);
}

/* ---------------------------------------------------------------- reading */

/* A chunk with a block in it, or what there is instead. */
static enum blocks_result
find_chunk(struct blocks *b)
{
	enum blocks_result result = BLOCKS_ONE;

	if (b->volumes == NULL)
		result = come_back(b);
	while (result == BLOCKS_ONE && (b->chunk == NULL ||
	    b->at == b->chunk->length)) {
		drop_chunk(b);
		result = take_chunk(b);
	}
	return result;
}

enum blocks_result
blocks_next(struct blocks *b, const uint8_t **block)
{
	for (;;) {
		const enum blocks_result result = find_chunk(b);
		if (result != BLOCKS_ONE)
			return result;
		if (b->chunk->length - b->at < DE_TAPE_BLOCK)
			return lose(b, "a tape block is cut off");
		*block = b->chunk->bytes + b->at;
		b->at += DE_TAPE_BLOCK;
		if (b->repeated == 0)
			break;
		b->repeated--;
	}
	b->number++;
	return BLOCKS_ONE;
}

void
blocks_put_back(struct blocks *b)
{
	b->at -= DE_TAPE_BLOCK;
	b->number--;
}

/* ------------------------------------------------------------------ asked */

const struct dialect *
blocks_dialect(const struct blocks *b)
{
	return &b->dialect;
}

const struct header *
blocks_header(const struct blocks *b)
{
	return &b->header;
}

const char *
blocks_why(const struct blocks *b)
{
	return b->why;
}

enum verdict
blocks_verdict(const struct blocks *b)
{
	return b->verdict;
}

uint32_t
blocks_volume(const struct blocks *b)
{
	return b->volume;
}

uint64_t
blocks_position(const struct blocks *b)
{
	return b->chunk == NULL ? b->position : b->chunk->position + b->at;
}

uint64_t
blocks_number(const struct blocks *b)
{
	return b->number;
}

uint64_t
blocks_size(const struct blocks *b)
{
	return b->size;
}
