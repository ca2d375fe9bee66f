/* SPDX-License-Identifier: BSD-3-Clause */
#include "flusher.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

/* Flushed in one step. */
#define STEP_BYTES (8 << 20)

/* Written data leaves the page cache this far behind the writer. */
#define BEHIND_BYTES (32 << 20)

struct flusher {
	int fd;				/* borrowed */
	pthread_t thread;
	off_t told;			/* bytes; writer thread only */

	pthread_mutex_t lock;		/* guards all members below */
	pthread_cond_t changed;
	off_t written;			/* bytes */
	bool ending;
};

/* Wait for the next piece; false at the end. */
static bool
next(struct flusher *f, off_t begun, off_t *end)
{
	pthread_mutex_lock(&f->lock);
	while (!f->ending && f->written == begun)
		pthread_cond_wait(&f->changed, &f->lock);
	*end = f->written;
	const bool go_on = !f->ending;
	pthread_mutex_unlock(&f->lock);
	return go_on;
}

/*
 * Drop flushed pages: nobody will read them soon, and reusing them is better
 * than evicting the rest of the page cache or demanding memory from a virtual
 * machine's host.  Pages not yet on disk stay, which does no harm.
 */
static void
let_go(const struct flusher *f, off_t *gone, off_t end)
{
	if (end <= *gone)
		return;
	posix_fadvise(f->fd, *gone, end - *gone, POSIX_FADV_DONTNEED);
	*gone = end;
}

static void *
flush(void *arg)
{
	struct flusher *f = arg;
	off_t begun = 0, gone = 0, end;

	while (next(f, begun, &end)) {
		sync_file_range(f->fd, begun, end - begun,
		    SYNC_FILE_RANGE_WRITE);
		begun = end;
		let_go(f, &gone, end - BEHIND_BYTES);
	}
	return NULL;
}

struct flusher *
flusher_start(int fd)
{
	struct flusher *f = calloc(1, sizeof(*f));
	sigset_t all, old;

	if (f == NULL)
		return NULL;
	f->fd = fd;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	/* Signals are handled by the engine's threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	const int error = pthread_create(&f->thread, NULL, flush, f);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error == 0)
		return f;
	free(f);
	return NULL;
}

void
flusher_written(struct flusher *f, off_t bytes)
{
	if (f == NULL || bytes - f->told < STEP_BYTES)
		return;
	f->told = bytes;
	pthread_mutex_lock(&f->lock);
	f->written = bytes;
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
}

void
flusher_stop(struct flusher *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->ending = true;
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
