/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/read_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX 16		/* chunks */
#define PIECE_MIN ((size_t)4 << 10)	/* a page; for a header and a look ahead */
#define UNPACKED_WORTH ((uint64_t)256 << 10)	/* bytes that are decompressed
					   rather than passed over */

/*
 * While `busy` is set, the thread reads; otherwise `volume`, `unpack`,
 * `position` and `piece` belong to the caller.  The lock guards the rest.
 */
struct read_ahead {
	struct chunk_pool *pool;
	struct volume_read *volume;
	struct unpack *unpack;		/* NULL: it is plain */
	struct pieces *pieces;		/* NULL: none are wanted */
	uint32_t number;
	uint64_t position;		/* in the volume, decompressed */
	atomic_uint_least64_t done;	/* bytes of the volume read */
	uint64_t taken;			/* where the caller is */
	size_t piece;			/* bytes to be read at once */
	size_t before;			/* bytes to be dropped: of the record
					   that `position` is in */
	bool is_begun;			/* something of the volume was read */
	bool is_nowhere;		/* moving has failed */

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct chunk *queue[QUEUE_MAX];	/* a ring */
	unsigned int first;
	unsigned int count;
	bool running;			/* the thread is to read */
	bool busy;			/* it reads */
	bool ended;			/* no more can be read of the volume */
	atomic_bool out_of_memory;
	bool quit;
};

/* ----------------------------------------------------------------- reading */

static void
add_lost(struct chunk *chunk, size_t length)
{
	if (length == 0 || chunk->lost > CHUNK_LOST_UNKNOWN - 1 - length)
		chunk->lost = CHUNK_LOST_UNKNOWN;
	else
		chunk->lost += length;
}

static enum volume_read_result
read_bytes(struct read_ahead *ra, uint8_t *bytes, size_t *length)
{
	return ra->unpack != NULL ?
	    unpack_next(ra->unpack, bytes, ra->piece, length) :
	    volume_read_next(ra->volume, bytes, ra->piece, length);
}

/* Fill it.  False: the volume ends here. */
static bool
fill(struct read_ahead *ra, struct chunk *chunk)
{
	size_t length;

	if (ra->is_nowhere) {
		chunk->lost = CHUNK_LOST_UNKNOWN;
		return false;
	}
	for (;;) {
		switch (read_bytes(ra, chunk->bytes, &length)) {
		case VOLUME_READ_DATA:
			chunk->length = length;
			return true;
		case VOLUME_READ_LOST:
			add_lost(chunk, length);
			break;
		case VOLUME_READ_END:
			return false;
		default:
			chunk->lost = CHUNK_LOST_UNKNOWN;
			return false;
		}
	}
}

/* What comes before the place that is wanted, in its record. */
static void
drop_before(struct read_ahead *ra, struct chunk *chunk)
{
	const size_t n = ra->before < chunk->length ? ra->before :
	    chunk->length;

	if (chunk->lost > 0) {
		chunk->lost = CHUNK_LOST_UNKNOWN;
		ra->before = 0;
	} else if (n > 0) {
		chunk->length -= n;
		memmove(chunk->bytes, chunk->bytes + n, chunk->length);
		ra->before -= n;
	}
}

/* *ended: nothing comes after it. */
static struct chunk *
read_chunk(struct read_ahead *ra, bool *ended)
{
	struct chunk *chunk = chunk_take(ra->pool);

	*ended = true;
	if (chunk == NULL) {
		ra->out_of_memory = true;
		return NULL;
	}
	*ended = !fill(ra, chunk);
	if (ra->before > 0)
		drop_before(ra, chunk);
	ra->done = volume_read_at(ra->volume);
	if (chunk->lost != CHUNK_LOST_UNKNOWN)
		ra->position += chunk->lost;
	chunk->volume = ra->number;
	chunk->position = ra->position;
	ra->position += chunk->length;
	if (ra->pieces != NULL && chunk->length > 0)
		pieces_add(ra->pieces, chunk);
	if (!*ended || chunk->lost > 0)
		return chunk;
	chunk_release(chunk);
	return NULL;
}

/* Called with the lock, which it gives up meanwhile. */
static struct chunk *
read_unlocked(struct read_ahead *ra)
{
	bool ended;

	ra->busy = true;
	pthread_mutex_unlock(&ra->lock);
	struct chunk *chunk = read_chunk(ra, &ended);
	pthread_mutex_lock(&ra->lock);
	ra->busy = false;
	ra->ended = ended;
	return chunk;
}

static bool
may_read(const struct read_ahead *ra)
{
	return ra->running && !ra->ended && ra->count < QUEUE_MAX;
}

static void *
run(void *arg)
{
	struct read_ahead *ra = arg;

	pthread_mutex_lock(&ra->lock);
	while (!ra->quit) {
		if (!may_read(ra)) {
			pthread_cond_wait(&ra->changed, &ra->lock);
			continue;
		}
		struct chunk *chunk = read_unlocked(ra);
		if (chunk != NULL)
			ra->queue[(ra->first + ra->count++) % QUEUE_MAX] =
			    chunk;
		pthread_cond_broadcast(&ra->changed);
	}
	pthread_mutex_unlock(&ra->lock);
	return NULL;
}

/* ------------------------------------------------------------ from the caller */

static struct chunk *
pop(struct read_ahead *ra)
{
	struct chunk *chunk = ra->queue[ra->first];

	ra->first = (ra->first + 1) % QUEUE_MAX;
	ra->count--;
	pthread_cond_broadcast(&ra->changed);
	return chunk;
}

/* Read it oneself, each time more, until the thread is worth it. */
static struct chunk *
read_piece(struct read_ahead *ra)
{
	struct chunk *chunk = read_unlocked(ra);

	ra->is_begun = true;
	ra->piece = ra->piece < CHUNK_BYTES / 2 ? ra->piece * 2 : CHUNK_BYTES;
	return chunk;
}

struct chunk *
read_ahead_next(struct read_ahead *ra)
{
	struct chunk *chunk = NULL;

	pthread_mutex_lock(&ra->lock);
	if (ra->is_begun && ra->piece == CHUNK_BYTES && !ra->running) {
		ra->running = true;
		pthread_cond_broadcast(&ra->changed);
	}
	while (ra->count == 0 && (ra->busy || may_read(ra)))
		pthread_cond_wait(&ra->changed, &ra->lock);
	if (ra->count > 0)
		chunk = pop(ra);
	else if (!ra->ended)
		chunk = read_piece(ra);
	if (chunk != NULL)
		ra->taken = chunk->position + chunk->length;
	pthread_mutex_unlock(&ra->lock);
	return chunk;
}

/* The thread stops; what it has read is still there. */
static void
pause_thread(struct read_ahead *ra)
{
	ra->running = false;
	while (ra->busy)
		pthread_cond_wait(&ra->changed, &ra->lock);
}

/* And now it is dropped. */
static void
stop(struct read_ahead *ra)
{
	pause_thread(ra);
	while (ra->count > 0)
		chunk_release(pop(ra));
}

void
read_ahead_unpack(struct read_ahead *ra, struct unpack *unpack)
{
	pthread_mutex_lock(&ra->lock);
	stop(ra);
	ra->unpack = unpack;
	ra->position = 0;
	pthread_mutex_unlock(&ra->lock);
}

void
read_ahead_watch(struct read_ahead *ra, struct pieces *pieces)
{
	ra->pieces = pieces;
}

void
read_ahead_begin(struct read_ahead *ra, uint32_t number)
{
	pthread_mutex_lock(&ra->lock);
	stop(ra);
	ra->number = number;
	ra->position = ra->taken = 0;
	ra->before = 0;
	ra->done = 0;
	ra->piece = CHUNK_BYTES;
	ra->is_begun = ra->is_nowhere = false;
	ra->ended = false;
	if (ra->unpack != NULL)
		unpack_begin(ra->unpack);
	pthread_mutex_unlock(&ra->lock);
}

bool
read_ahead_seeks(struct read_ahead *ra)
{
	bool goes = true;

	if (ra->unpack != NULL) {
		pthread_mutex_lock(&ra->lock);
		pause_thread(ra);
		goes = unpack_goes(ra->unpack);
		pthread_mutex_unlock(&ra->lock);
	}
	return goes && volume_read_seeks(ra->volume) &&
	    !volume_read_is_slow(ra->volume);
}

/* It reads on, and is there as soon. */
static bool
is_near(const struct read_ahead *ra, uint64_t position, uint64_t worth)
{
	return volume_read_is_slow(ra->volume) && position >= ra->taken &&
	    position < ra->done + worth;
}

/* Little at first, where little is to be read. */
static size_t
first_piece(const struct read_ahead *ra)
{
	if (volume_read_is_slow(ra->volume))
		return CHUNK_BYTES;
	if (ra->unpack == NULL)
		return PIECE_MIN;
	const size_t record = unpack_room(ra->unpack);
	return record < CHUNK_BYTES ? record : CHUNK_BYTES;
}

/* It is, or is not, at a position. */
static void
begin_at(struct read_ahead *ra, uint64_t position)
{
	ra->position = ra->taken = position;
	ra->done = volume_read_at(ra->volume);
	ra->piece = first_piece(ra);
}

static void
go_to(struct read_ahead *ra, uint64_t position)
{
	stop(ra);
	ra->is_nowhere = !volume_read_reach(ra->volume, position, &ra->before);
	begin_at(ra, position);
	ra->ended = false;
	/* A chunk before the thread reads on. */
	ra->is_begun = !volume_read_is_slow(ra->volume);
}

/* What has been decompressed is not dropped for the way to a near place. */
static bool
go_to_packed(struct read_ahead *ra, uint64_t position)
{
	size_t before;

	pause_thread(ra);
	if ((position >= ra->taken && position < ra->position + UNPACKED_WORTH) ||
	    !unpack_go_to(ra->unpack, position, &before))
		return false;
	stop(ra);
	ra->before = before;
	begin_at(ra, position);
	ra->is_nowhere = ra->ended = false;
	ra->is_begun = true;
	return true;
}

bool
read_ahead_go_to(struct read_ahead *ra, uint64_t position, uint64_t worth)
{
	bool goes = false;

	pthread_mutex_lock(&ra->lock);
	if (ra->unpack != NULL) {
		goes = go_to_packed(ra, position);
		pthread_mutex_unlock(&ra->lock);
		return goes;
	}
	if (volume_read_seeks(ra->volume) && !is_near(ra, position, worth)) {
		pause_thread(ra);
		goes = volume_read_reaches(ra->volume, position);
	}
	if (goes)
		go_to(ra, position);
	pthread_mutex_unlock(&ra->lock);
	return goes;
}

bool
read_ahead_go_to_end(struct read_ahead *ra)
{
	uint64_t position = 0;

	if (!volume_read_seeks(ra->volume))
		return false;
	pthread_mutex_lock(&ra->lock);
	stop(ra);
	if (ra->unpack != NULL)
		ra->is_nowhere = !unpack_go_to_end(ra->unpack, &position);
	else
		ra->is_nowhere = !volume_read_go_to_end(ra->volume);
	begin_at(ra, ra->unpack != NULL ? position :
	    volume_read_at(ra->volume));
	ra->before = 0;
	ra->ended = ra->is_nowhere;
	const bool goes = !ra->is_nowhere;
	pthread_mutex_unlock(&ra->lock);
	return goes;
}

void
read_ahead_stop(struct read_ahead *ra)
{
	pthread_mutex_lock(&ra->lock);
	stop(ra);
	ra->ended = true;
	pthread_mutex_unlock(&ra->lock);
}

bool
read_ahead_is_out_of_memory(struct read_ahead *ra)
{
	return ra->out_of_memory;
}

uint64_t
read_ahead_position(struct read_ahead *ra)
{
	return ra->done;
}

/* -------------------------------------------------------------- from birth on */

struct read_ahead *
read_ahead_new(struct chunk_pool *pool, struct volume_read *volume)
{
	struct read_ahead *ra = calloc(1, sizeof(*ra));

	if (ra == NULL)
		return NULL;
	ra->pool = pool;
	ra->volume = volume;
	ra->piece = CHUNK_BYTES;
	ra->ended = true;
	pthread_mutex_init(&ra->lock, NULL);
	pthread_cond_init(&ra->changed, NULL);
	if (pthread_create(&ra->thread, NULL, run, ra) == 0)
		return ra;
	pthread_cond_destroy(&ra->changed);
	pthread_mutex_destroy(&ra->lock);
	free(ra);
	return NULL;
}

void
read_ahead_free(struct read_ahead *ra)
{
	if (ra == NULL)
		return;
	chunk_pool_end(ra->pool);
	pthread_mutex_lock(&ra->lock);
	ra->quit = true;
	stop(ra);
	pthread_cond_broadcast(&ra->changed);
	pthread_mutex_unlock(&ra->lock);
	pthread_join(ra->thread, NULL);
	pthread_cond_destroy(&ra->changed);
	pthread_mutex_destroy(&ra->lock);
	free(ra);
}
