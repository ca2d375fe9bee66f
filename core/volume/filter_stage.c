/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filter_stage.h"

#include <stdlib.h>
#include <string.h>

struct piece {
	uint8_t *plain;			/* owned; NULL: not needed so far */
	size_t length;			/* bytes in it */
	uint64_t begin;			/* once it is put: where, */
	size_t encoded;			/*   and how long it is there */
	struct filter_job job;		/* its `out` is owned, or NULL */
};

struct filter_stage {
	const struct instance *filter;
	struct de_filter_plan plan;
	struct filter_next next;
	struct filter_pool *pool;
	unsigned int in_flight;
	struct piece *pieces;		/* piece n is at n % piece_count */
	uint64_t piece_count;
	uint64_t first, put, open;	/* see filter_stage.h */
	uint64_t at;			/* bytes taken */
	uint64_t passed;		/* bytes passed on */
	uint8_t *head;			/* owned; not passed on yet */
	size_t head_length;
	bool is_apart;			/* pieces are the same as the last */
	bool begun;
};

struct filter_stage *
filter_stage_new(const struct instance *filter)
{
	struct filter_stage *stage = calloc(1, sizeof(*stage));

	if (stage != NULL)
		stage->filter = filter;
	return stage;
}

static void
free_pieces(struct filter_stage *stage)
{
	for (uint64_t i = 0; i < stage->piece_count; i++) {
		free(stage->pieces[i].plain);
		free(stage->pieces[i].job.out);
	}
	free(stage->pieces);
	stage->pieces = NULL;
	stage->piece_count = 0;
}

void
filter_stage_free(struct filter_stage *stage)
{
	if (stage == NULL)
		return;
	free_pieces(stage);
	free(stage->head);
	free(stage);
}

const struct de_filter_plan *
filter_stage_plan(const struct filter_stage *stage)
{
	return &stage->plan;
}

static struct piece *
piece_of(const struct filter_stage *stage, uint64_t number)
{
	return &stage->pieces[number % stage->piece_count];
}

static enum de_status
no_memory(const struct filter_stage *stage)
{
	report(stage->filter->rep, DE_ERROR, "out of memory for pieces of %s",
	    stage->filter->plugin->descriptor.name);
	return DE_FAILED;
}

/* ---------------------------------------------------------------- beginning */

static enum de_status
add_to_head(void *arg, const void *bytes, size_t length)
{
	struct filter_stage *stage = arg;
	uint8_t *head = realloc(stage->head, stage->head_length + length);

	if (head == NULL)
		return no_memory(stage);
	memcpy(head + stage->head_length, bytes, length);
	stage->head = head;
	stage->head_length += length;
	return DE_OK;
}

enum de_status
filter_stage_begin(struct filter_stage *stage, const struct de_volume *volume,
    const char *mark, bool is_apart, const struct filter_next *next)
{
	free_pieces(stage);
	stage->next = *next;
	stage->is_apart = is_apart;
	stage->first = stage->put = stage->open = 0;
	stage->at = stage->passed = 0;
	stage->head_length = 0;
	stage->begun = true;
	return filter_begin_volume(stage->filter, volume, mark, &stage->plan,
	    add_to_head, stage);
}

/* Pass bytes on, and remember why that failed: a filter may not. */
struct passing {
	struct filter_stage *stage;
	enum de_status status;
};

static enum de_status
pass(void *arg, const void *bytes, size_t length)
{
	struct passing *p = arg;
	const struct filter_next *next = &p->stage->next;

	p->status = next->put(next->arg, bytes, length);
	/* What has found no room counts, so that what follows it has none. */
	if (p->status == DE_OK || p->status == DE_END_OF_VOLUME)
		p->stage->passed += length;
	return p->status;
}

enum de_status
filter_stage_put_head(struct filter_stage *stage)
{
	struct passing p = { stage, DE_OK };

	return stage->head_length == 0 ? DE_OK :
	    pass(&p, stage->head, stage->head_length);
}

bool
filter_stage_set_room(struct filter_stage *stage, struct filter_pool *pool,
    unsigned int in_flight, uint64_t kept)
{
	const uint64_t count = kept + in_flight + 2;

	stage->pool = pool;
	stage->in_flight = in_flight;
	stage->pieces = count > SIZE_MAX / sizeof(*stage->pieces) ? NULL :
	    calloc((size_t)count, sizeof(*stage->pieces));
	stage->piece_count = stage->pieces == NULL ? 0 : count;
	return stage->pieces != NULL;
}

void
filter_stage_forget(struct filter_stage *stage)
{
	if (stage->begun)
		filter_forget_volume(stage->filter);
	stage->begun = false;
	free_pieces(stage);
}

/* ------------------------------------------------------------------- pieces */

/* Pass on the piece `put`, once it is encoded. */
static enum de_status
pass_piece(struct filter_stage *stage)
{
	struct piece *piece = piece_of(stage, stage->put);
	struct passing p = { stage, DE_OK };

	enum de_status status = filter_pool_wait(stage->pool, &piece->job);
	piece->begin = stage->passed;
	piece->encoded = piece->job.length;
	stage->put++;
	if (status == DE_OK)
		status = filter_piece_done(stage->filter, stage->put - 1,
		    piece->length, piece->encoded);
	if (status == DE_OK)
		status = pass(&p, piece->job.out, piece->encoded);
	free(piece->job.out);
	piece->job.out = NULL;
	return status;
}

/* Have the open piece encoded; the one after it is then open. */
static enum de_status
close_piece(struct filter_stage *stage, bool is_last)
{
	struct piece *piece = piece_of(stage, stage->open);
	enum de_status status = DE_OK;

	while (status == DE_OK && stage->open - stage->put >= stage->in_flight)
		status = pass_piece(stage);
	if (status != DE_OK)
		return status;
	piece->job = (struct filter_job){
		.filter = stage->filter,
		.piece = {
			.struct_size = sizeof(piece->job.piece),
			.number = stage->open,
			.bytes = piece->plain,
			.length = piece->length,
			.is_last = is_last,
		},
		.out = malloc(stage->plan.room),
		.room = stage->plan.room,
	};
	if (piece->job.out == NULL)
		return no_memory(stage);
	filter_pool_put(stage->pool, &piece->job);
	stage->open++;
	piece_of(stage, stage->open)->length = 0;
	return DE_OK;
}

/* The open piece, with room in it.  NULL if there is none: *status says why. */
static struct piece *
open_piece(struct filter_stage *stage, enum de_status *status)
{
	*status = DE_OK;
	/* A full one stays open until it is known not to be the last. */
	if (piece_of(stage, stage->open)->length == stage->plan.piece)
		*status = close_piece(stage, false);
	while (*status == DE_OK &&
	    stage->open - stage->first >= stage->piece_count - 1) {
		if (stage->put == stage->first)
			*status = pass_piece(stage);
		if (*status == DE_OK)
			stage->first++;
	}
	if (*status != DE_OK)
		return NULL;
	struct piece *piece = piece_of(stage, stage->open);
	if (piece->plain == NULL)
		piece->plain = malloc(stage->plan.piece);
	if (piece->plain == NULL)
		*status = no_memory(stage);
	return piece->plain == NULL ? NULL : piece;
}

enum de_status
filter_stage_put(void *arg, const void *bytes, size_t length)
{
	struct filter_stage *stage = arg;
	const uint8_t *from = bytes;
	enum de_status status = DE_OK;

	while (length > 0) {
		struct piece *piece = open_piece(stage, &status);
		if (piece == NULL)
			return status;
		const size_t room = stage->plan.piece - piece->length;
		const size_t n = length < room ? length : room;
		memcpy(piece->plain + piece->length, from, n);
		piece->length += n;
		stage->at += n;
		from += n;
		length -= n;
	}
	return DE_OK;
}

enum de_status
filter_stage_drain(struct filter_stage *stage)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && stage->put < stage->open)
		status = pass_piece(stage);
	return status;
}

enum de_status
filter_stage_end_pieces(struct filter_stage *stage)
{
	enum de_status status = DE_OK;

	if (piece_of(stage, stage->open)->length > 0)
		status = close_piece(stage, true);
	return status == DE_OK ? filter_stage_drain(stage) : status;
}

enum de_status
filter_stage_put_tail(struct filter_stage *stage, uint64_t room)
{
	struct passing p = { stage, DE_OK };
	const enum de_status status = filter_end_volume(stage->filter, room,
	    pass, &p);

	return p.status == DE_OK ? status : p.status;
}

/* ------------------------------------------------------------- going back */

/* Drop what is being encoded from piece `number` on. */
static void
drop_jobs(struct filter_stage *stage, uint64_t number)
{
	for (uint64_t n = number > stage->put ? number : stage->put;
	    n < stage->open; n++) {
		struct piece *piece = piece_of(stage, n);
		filter_pool_wait(stage->pool, &piece->job);
		free(piece->job.out);
		piece->job.out = NULL;
	}
}

enum de_status
filter_stage_go_back(struct filter_stage *stage, uint64_t offset,
    uint64_t *passed, bool *kept)
{
	enum de_status status = DE_OK;
	uint64_t number = offset / stage->plan.piece;

	/*
	 * The last piece of a volume has at least one byte, and is encoded again
	 * if that makes it another.
	 */
	if (offset > 0 && offset % stage->plan.piece == 0 &&
	    (!stage->is_apart || number > stage->open))
		number--;
	*kept = number >= stage->first;
	if (!*kept)
		return DE_FAILED;
	drop_jobs(stage, number);
	stage->open = number;
	while (status == DE_OK && stage->put < number)
		status = pass_piece(stage);
	if (stage->put > number) {
		stage->passed = piece_of(stage, number)->begin;
		stage->put = number;
	}
	piece_of(stage, number)->length =
	    (size_t)(offset - number * stage->plan.piece);
	stage->at = offset;
	*passed = stage->passed;
	return status;
}

void
filter_stage_release(struct filter_stage *stage, uint64_t number)
{
	if (number > stage->put)
		number = stage->put;
	if (number > stage->first)
		stage->first = number;
}

/* ------------------------------------------------------------------ places */

uint64_t
filter_stage_first(const struct filter_stage *stage)
{
	return stage->first;
}

uint64_t
filter_stage_next_put(const struct filter_stage *stage)
{
	return stage->put;
}

uint64_t
filter_stage_at(const struct filter_stage *stage)
{
	return stage->at;
}

uint64_t
filter_stage_passed(const struct filter_stage *stage)
{
	return stage->passed;
}

uint64_t
filter_stage_begin_of(const struct filter_stage *stage, uint64_t number)
{
	return number >= stage->put ? stage->passed :
	    piece_of(stage, number)->begin;
}

uint64_t
filter_stage_end_of(const struct filter_stage *stage, uint64_t number)
{
	const struct piece *piece = piece_of(stage, number);

	return piece->begin + piece->encoded;
}

uint64_t
filter_stage_tail(const struct filter_stage *stage, uint64_t pieces)
{
	return stage->plan.tail + pieces * stage->plan.tail_per_piece;
}
