/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter_pool.h - threads that encode pieces
 *
 * Jobs are taken in the order in which they were put.  Whoever waits for a job
 * that no thread has taken does it itself, so that no thread is needed.
 *
 * Threads exist from filter_pool_new() to filter_pool_free(), which must not be
 * on different sides of a fork.  All functions are for one thread at a time.
 */
#ifndef CORE_FILTER_POOL_H
#define CORE_FILTER_POOL_H

#include "core/host/filter.h"

struct filter_pool;

enum filter_job_state {
	FILTER_JOB_WAITS,
	FILTER_JOB_TAKEN,
	FILTER_JOB_DONE
};

/* A piece to be encoded; the caller's until it is put. */
struct filter_job {
	const struct instance *filter;
	struct de_filter_piece piece;
	uint8_t *out;			/* `room` bytes */
	size_t room;
	size_t length;			/* once it is done: bytes in `out` */
	enum de_status status;		/* likewise */
	enum filter_job_state state;	/* the pool's, like the next */
	struct filter_job *next;
};

/* With fewer threads if no more can be started.  NULL if out of memory. */
struct filter_pool *filter_pool_new(unsigned int threads);

/* Joins the threads; jobs that no one waits for are dropped.  Accepts NULL. */
void filter_pool_free(struct filter_pool *pool);

/* The job must stay where it is until it has been waited for. */
void filter_pool_put(struct filter_pool *pool, struct filter_job *job);

/* Returns the status of the job, once it is done. */
enum de_status filter_pool_wait(struct filter_pool *pool,
    struct filter_job *job);

#endif
