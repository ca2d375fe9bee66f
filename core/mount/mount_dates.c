/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/mount_dates.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

#define UNUSED_MAX 4u			/* trees that are there unused */
#define RETRY_NS (10 * NS_PER_SECOND)	/* after a tree could not be made */
#define WATCH_NS (200 * NS_PER_MS)	/* while a tree is made */

struct slot {
	const struct mount_tree *tree;	/* NULL: it is not there */
	uint32_t holders;
	uint64_t used;			/* when it was let go last */
	uint64_t failed;		/* when it could not be made; 0: never */
	struct de_inode root;
	bool has_root;
};

struct mount_dates {
	struct mount_dates_config config;
	pthread_mutex_t lock;		/* of all below */
	pthread_cond_t free;		/* nobody makes or drops a tree */
	pthread_cond_t wake;		/* of the thread */
	pthread_t thread;
	struct slot *slots;		/* owned; as many as dates */
	uint32_t made;			/* trees that are there */
	bool is_busy;			/* somebody makes or drops a tree */
	bool is_ended;
	bool (*has_ended)(void *arg);
	void *ended_arg;
};

/* ---------------------------------------------------------------- dropping */

/* The lock is held, but not while the tree is dropped. */
static void
drop(struct mount_dates *d, struct slot *s)
{
	s->tree = NULL;
	d->made--;
	d->is_busy = true;
	pthread_mutex_unlock(&d->lock);
	d->config.drop(d->config.arg, (uint32_t)(s - d->slots));
	pthread_mutex_lock(&d->lock);
	d->is_busy = false;
	pthread_cond_broadcast(&d->free);
}

/* The one that was not used for the longest time; *count: how many there are. */
static struct slot *
find_unused(struct mount_dates *d, uint32_t *count)
{
	struct slot *oldest = NULL;

	*count = 0;
	for (uint32_t i = 0; i < d->config.count; i++) {
		struct slot *s = &d->slots[i];
		if (s->tree == NULL || s->holders > 0)
			continue;
		(*count)++;
		if (oldest == NULL || s->used < oldest->used)
			oldest = s;
	}
	return oldest;
}

/* Leave room for one more. */
static void
make_room(struct mount_dates *d)
{
	uint32_t count;
	struct slot *oldest = find_unused(d, &count);

	if (count >= UNUSED_MAX)
		drop(d, oldest);
}

/* ------------------------------------------------------------- the thread */

static bool
drop_idle(struct mount_dates *d)
{
	uint32_t count;
	struct slot *oldest = d->is_busy ? NULL : find_unused(d, &count);

	if (oldest == NULL || clock_ns() - oldest->used < d->config.idle_ns)
		return false;
	drop(d, oldest);
	return true;
}

static void
wait_until_needed(struct mount_dates *d)
{
	const uint64_t wait = d->is_busy ? WATCH_NS : d->config.idle_ns / 4 + 1;
	struct timespec when;

	if (!d->is_busy && d->made == 0) {
		pthread_cond_wait(&d->wake, &d->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &when);
	const uint64_t end = (uint64_t)when.tv_nsec + wait % NS_PER_SECOND;
	when.tv_sec += (time_t)(wait / NS_PER_SECOND + end / NS_PER_SECOND);
	when.tv_nsec = (long)(end % NS_PER_SECOND);
	pthread_cond_timedwait(&d->wake, &d->lock, &when);
}

static void *
keep_house(void *arg)
{
	struct mount_dates *d = arg;

	pthread_mutex_lock(&d->lock);
	while (!d->is_ended) {
		if (d->has_ended != NULL && d->has_ended(d->ended_arg))
			*d->config.cancel = SIGTERM;
		if (!drop_idle(d))
			wait_until_needed(d);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* Signals are for others. */
static bool
start_thread(struct mount_dates *d)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	const int error = pthread_create(&d->thread, NULL, keep_house, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

/* ------------------------------------------------------------ the whole */

static void
init_locks(struct mount_dates *d)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->free, NULL);
	pthread_cond_init(&d->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void
dispose(struct mount_dates *d)
{
	pthread_cond_destroy(&d->wake);
	pthread_cond_destroy(&d->free);
	pthread_mutex_destroy(&d->lock);
	free(d->slots);
	free(d);
}

struct mount_dates *
mount_dates_new(const struct mount_dates_config *config)
{
	struct mount_dates *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->config = *config;
	init_locks(d);
	d->slots = calloc((size_t)config->count + 1, sizeof(*d->slots));
	if (d->slots != NULL && start_thread(d))
		return d;
	dispose(d);
	return NULL;
}

void
mount_dates_free(struct mount_dates *d)
{
	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->is_ended = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	for (uint32_t i = 0; i < d->config.count; i++)
		if (d->slots[i].tree != NULL)
			d->config.drop(d->config.arg, i);
	dispose(d);
}

void
mount_dates_watch(struct mount_dates *d, bool (*has_ended)(void *arg),
    void *arg)
{
	pthread_mutex_lock(&d->lock);
	d->has_ended = has_ended;
	d->ended_arg = arg;
	pthread_mutex_unlock(&d->lock);
}

uint32_t
mount_dates_count(const struct mount_dates *d)
{
	return d->config.count;
}

const struct mount_date *
mount_dates_date(const struct mount_dates *d, uint32_t number)
{
	return &d->config.list[number];
}

uint32_t
mount_dates_find(const struct mount_dates *d, const char *name)
{
	for (uint32_t i = 0; i < d->config.count; i++)
		if (strcmp(d->config.list[i].name, name) == 0)
			return i;
	return UINT32_MAX;
}

/* ------------------------------------------------------------- the trees */

/* The lock is held, but not while the tree is made. */
static void
make(struct mount_dates *d, struct slot *s)
{
	make_room(d);
	d->is_busy = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	const struct mount_tree *tree = d->config.make(d->config.arg,
	    (uint32_t)(s - d->slots));
	struct de_inode root;
	const bool has_root = tree != NULL &&
	    mount_tree_meta(tree, NAMES_ROOT, &root) == 0;
	pthread_mutex_lock(&d->lock);
	if (has_root) {
		s->root = root;
		s->has_root = true;
	}
	s->tree = tree;
	s->failed = tree == NULL ? clock_ns() : 0;
	d->made += tree != NULL;
	d->is_busy = false;
	pthread_cond_broadcast(&d->free);
}

static bool
has_just_failed(const struct slot *s)
{
	return s->failed != 0 && clock_ns() - s->failed < RETRY_NS;
}

const struct mount_tree *
mount_dates_hold(struct mount_dates *d, uint32_t number)
{
	struct slot *s = &d->slots[number];

	pthread_mutex_lock(&d->lock);
	while (s->tree == NULL && d->is_busy)
		pthread_cond_wait(&d->free, &d->lock);
	if (s->tree == NULL && !has_just_failed(s))
		make(d, s);
	const struct mount_tree *tree = s->tree;
	if (tree != NULL)
		s->holders++;
	pthread_mutex_unlock(&d->lock);
	return tree;
}

void
mount_dates_let_go(struct mount_dates *d, uint32_t number)
{
	struct slot *s = &d->slots[number];

	pthread_mutex_lock(&d->lock);
	s->holders--;
	s->used = clock_ns();
	pthread_mutex_unlock(&d->lock);
}

bool
mount_dates_root(struct mount_dates *d, uint32_t number,
    struct de_inode *meta)
{
	const struct slot *s = &d->slots[number];

	pthread_mutex_lock(&d->lock);
	const bool is_known = s->has_root;
	if (is_known)
		*meta = s->root;
	pthread_mutex_unlock(&d->lock);
	return is_known;
}
