/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/filter_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "core/host/note.h"

struct filter_pool {
	pthread_t *threads;
	unsigned int thread_count;

	pthread_mutex_t lock;		/* guards everything below */
	pthread_cond_t work;		/* a job was put, or the end */
	pthread_cond_t done;		/* a job is done */
	struct filter_job *first;	/* that no thread has taken */
	struct filter_job **last;
	bool ends;
};

/* Lock held; released meanwhile. */
static void
do_job(struct filter_pool *pool, struct filter_job *job)
{
	job->state = FILTER_JOB_TAKEN;
	pthread_mutex_unlock(&pool->lock);
	const enum de_status status = filter_encode(job->filter, &job->piece,
	    job->out, job->room, &job->length);
	pthread_mutex_lock(&pool->lock);
	job->status = status;
	job->state = FILTER_JOB_DONE;
	pthread_cond_broadcast(&pool->done);
}

/* Lock held. */
static struct filter_job *
take_first(struct filter_pool *pool)
{
	struct filter_job *job = pool->first;

	pool->first = job->next;
	if (pool->first == NULL)
		pool->last = &pool->first;
	return job;
}

static void *
work(void *arg)
{
	struct filter_pool *pool = arg;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ends)
		if (pool->first != NULL)
			do_job(pool, take_first(pool));
		else
			pthread_cond_wait(&pool->work, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	note_leave_thread();
	return NULL;
}

static bool
make_locks(struct filter_pool *pool)
{
	if (pthread_mutex_init(&pool->lock, NULL) != 0)
		return false;
	if (pthread_cond_init(&pool->work, NULL) != 0)
		goto destroy_lock;
	if (pthread_cond_init(&pool->done, NULL) == 0)
		return true;
	pthread_cond_destroy(&pool->work);
destroy_lock:
	pthread_mutex_destroy(&pool->lock);
	return false;
}

/* Signals are for the main thread. */
static void
start(struct filter_pool *pool, unsigned int threads)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (pool->thread_count < threads &&
	    pthread_create(&pool->threads[pool->thread_count], NULL, work,
	    pool) == 0)
		pool->thread_count++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct filter_pool *
filter_pool_new(unsigned int threads)
{
	struct filter_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->threads = calloc(threads, sizeof(*pool->threads));
	if (pool->threads == NULL || !make_locks(pool)) {
		free(pool->threads);
		free(pool);
		return NULL;
	}
	pool->last = &pool->first;
	start(pool, threads);
	return pool;
}

void
filter_pool_free(struct filter_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ends = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned int i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->done);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool);
}

void
filter_pool_put(struct filter_pool *pool, struct filter_job *job)
{
	pthread_mutex_lock(&pool->lock);
	job->state = FILTER_JOB_WAITS;
	job->next = NULL;
	*pool->last = job;
	pool->last = &job->next;
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

/* Lock held. */
static void
take_out(struct filter_pool *pool, const struct filter_job *job)
{
	struct filter_job **at = &pool->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (job->next == NULL)
		pool->last = at;
}

enum de_status
filter_pool_wait(struct filter_pool *pool, struct filter_job *job)
{
	pthread_mutex_lock(&pool->lock);
	if (job->state == FILTER_JOB_WAITS) {
		take_out(pool, job);
		do_job(pool, job);
	}
	while (job->state != FILTER_JOB_DONE)
		pthread_cond_wait(&pool->done, &pool->lock);
	const enum de_status status = job->status;
	pthread_mutex_unlock(&pool->lock);
	return status;
}
