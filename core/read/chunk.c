/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/chunk.h"

#include <pthread.h>
#include <stdlib.h>

#define ALIGNMENT 4096

/* The lock guards all but the counts of holds. */
struct chunk_pool {
	pthread_mutex_t lock;
	pthread_cond_t released;
	struct chunk *free;		/* linked by `next` */
	unsigned int unmade;		/* that may still be allocated */
	bool ended;
};

struct chunk_pool *
chunk_pool_new(unsigned int chunks)
{
	struct chunk_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->released, NULL);
	pool->unmade = chunks;
	return pool;
}

static void
destroy(struct chunk *chunk)
{
	free(chunk->bytes);
	free(chunk);
}

void
chunk_pool_free(struct chunk_pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->free != NULL) {
		struct chunk *chunk = pool->free;
		pool->free = chunk->next;
		destroy(chunk);
	}
	pthread_cond_destroy(&pool->released);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static struct chunk *
make_chunk(struct chunk_pool *pool)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk));
	void *bytes;

	if (chunk == NULL)
		return NULL;
	if (posix_memalign(&bytes, ALIGNMENT, CHUNK_BYTES) != 0) {
		free(chunk);
		return NULL;
	}
	chunk->bytes = bytes;
	chunk->pool = pool;
	return chunk;
}

static struct chunk *
take_locked(struct chunk_pool *pool)
{
	while (pool->free == NULL && pool->unmade == 0 && !pool->ended)
		pthread_cond_wait(&pool->released, &pool->lock);
	if (pool->ended)
		return NULL;
	struct chunk *chunk = pool->free;
	if (chunk != NULL) {
		pool->free = chunk->next;
		return chunk;
	}
	pool->unmade--;
	return make_chunk(pool);
}

struct chunk *
chunk_take(struct chunk_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	struct chunk *chunk = take_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (chunk == NULL)
		return NULL;
	chunk->length = 0;
	chunk->lost = 0;
	chunk->volume = 0;
	chunk->begins_volume = false;
	chunk->position = 0;
	atomic_store(&chunk->holds, 1);
	return chunk;
}

void
chunk_pool_end(struct chunk_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->ended = true;
	pthread_cond_broadcast(&pool->released);
	pthread_mutex_unlock(&pool->lock);
}

void
chunk_hold(struct chunk *chunk)
{
	atomic_fetch_add(&chunk->holds, 1);
}

void
chunk_release(struct chunk *chunk)
{
	if (atomic_fetch_sub(&chunk->holds, 1) != 1)
		return;
	struct chunk_pool *pool = chunk->pool;
	pthread_mutex_lock(&pool->lock);
	chunk->next = pool->free;
	pool->free = chunk;
	pthread_cond_signal(&pool->released);
	pthread_mutex_unlock(&pool->lock);
}
