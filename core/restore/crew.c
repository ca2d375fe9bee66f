/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crew.c - see crew.h
 *
 * Items are handed over in batches, as a file is done sooner than a thread is
 * woken up.  Each worker has a queue of batches, used in turn: batch n is at
 * n % QUEUE, and
 *
 *   done <= submitted <= done + QUEUE
 *
 * Batches from `done` to `submitted` are the worker's, the others belong to the
 * thread that hands items over; it fills number `submitted`.
 *
 * A batch holds one chunk.  When the set goes on to the next chunk, all batches
 * are submitted, so that none that no worker knows of holds a chunk that the
 * reader may be waiting for.
 */
#include "core/restore/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE 8u		/* batches */
#define BATCH_ITEMS 128u
#define BATCH_INODES 32u
#define EARLY_INODES 8u		/* enough for a worker that has nothing to do */
#define BUSY 2u			/* batches; an idle worker helps then */
#define KNOWN_DIRECTORIES 1024u	/* a power of 2 */

struct item {
	enum set_kind kind;
	bool complete;
	unsigned int header;	/* of its batch; SET_INODE */
	uint64_t offset;
	uint64_t length;
	const void *bytes;	/* data, reason or attribute */
	void *owned;		/* where `bytes` is, if not in the chunk */
};

struct batch {
	unsigned int count;
	unsigned int inodes;
	struct chunk *chunk;	/* held, or NULL */
	struct item items[BATCH_ITEMS];
	struct header headers[BATCH_INODES];
};

struct worker {
	struct crew *crew;
	pthread_t thread;
	struct batch *batches;		/* QUEUE */

	/* Of the thread that hands over. */
	uint64_t submitted_here;	/* a copy of `submitted` */

	/* Of the worker's thread. */
	void *inode;			/* as begin() returned it */
	struct header header;		/* of that inode */

	pthread_mutex_t lock;		/* guards the following */
	pthread_cond_t changed;		/* any of them; one side waits */
	uint64_t submitted;
	atomic_uint_fast64_t done;	/* may be read without the lock */
	bool ending;
	bool waiting;			/* somebody waits for `changed` */

	unsigned int number;		/* set before the thread starts */
} __attribute__((aligned(64)));

/* By which worker the last inode of a directory was done. */
struct known {
	uint32_t directory;
	unsigned int worker;
};

struct crew {
	struct crew_work work;
	void *arg;
	const atomic_int *cancelled;
	struct worker *workers;
	unsigned int count;
	unsigned int next;		/* in turn, among equals */
	struct worker *current;		/* the inode's; NULL: none */
	const struct chunk *chunk;	/* that the last data was in */
	struct known known[KNOWN_DIRECTORIES];
};

/* ------------------------------------------------------------ the workers */

static void
end_inode(struct worker *w, bool complete)
{
	if (w->inode != NULL)
		w->crew->work.end(w->inode, complete);
	w->inode = NULL;
}

static void
begin_inode(struct worker *w, const struct header *header)
{
	end_inode(w, false);
	w->header = *header;
	w->inode = w->crew->work.begin(w->crew->arg, w->number, &w->header);
}

static void
run_item(struct worker *w, const struct batch *b, const struct item *item)
{
	const struct crew_work *work = &w->crew->work;

	if (item->kind == SET_INODE)
		begin_inode(w, &b->headers[item->header]);
	if (w->inode == NULL)
		return;
	switch (item->kind) {
	case SET_DATA:
		work->data(w->inode, item->offset, item->bytes,
		    (size_t)item->length);
		break;
	case SET_HOLE:
		work->hole(w->inode, item->offset, item->length);
		break;
	case SET_LOST_DATA:
		work->lost(w->inode, item->offset, item->length, item->bytes);
		break;
	case SET_DOUBT:
		work->doubt(w->inode, item->offset, item->length, item->bytes);
		break;
	case SET_XATTR:
		work->xattr(w->inode, item->bytes);
		break;
	case SET_LOST_XATTRS:
		work->lost_xattrs(w->inode, item->bytes);
		break;
	case SET_INODE_END:
		end_inode(w, item->complete);
		break;
	default:
		break;
	}
}

static void
run_batch(struct worker *w, struct batch *b)
{
	for (unsigned int i = 0; i < b->count; i++) {
		if (atomic_load(w->crew->cancelled))
			end_inode(w, false);
		else
			run_item(w, b, &b->items[i]);
		free(b->items[i].owned);
	}
	if (b->chunk != NULL)
		chunk_release(b->chunk);
	b->chunk = NULL;
	b->count = 0;
	b->inodes = 0;
}

/* Lock held. */
static void
wait_for_change(struct worker *w)
{
	w->waiting = true;
	pthread_cond_wait(&w->changed, &w->lock);
}

/* Lock held. */
static void
tell_change(struct worker *w)
{
	if (w->waiting)
		pthread_cond_signal(&w->changed);
	w->waiting = false;
}

/* The next batch; NULL at the end. */
static struct batch *
next_batch(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->done == w->submitted && !w->ending)
		wait_for_change(w);
	struct batch *b = w->done == w->submitted ? NULL :
	    &w->batches[w->done % QUEUE];
	pthread_mutex_unlock(&w->lock);
	return b;
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct batch *b;

	while ((b = next_batch(w)) != NULL) {
		run_batch(w, b);
		pthread_mutex_lock(&w->lock);
		atomic_fetch_add(&w->done, 1);
		tell_change(w);
		pthread_mutex_unlock(&w->lock);
	}
	end_inode(w, false);
	return NULL;
}

/* --------------------------------------------------- beginning and ending */

static bool
worker_start(struct crew *c, unsigned int number)
{
	struct worker *w = &c->workers[number];

	w->crew = c;
	w->number = number;
	w->batches = calloc(QUEUE, sizeof(*w->batches));
	if (w->batches == NULL)
		return false;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	if (pthread_create(&w->thread, NULL, worker_main, w) == 0)
		return true;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w->batches);
	return false;
}

static void
worker_stop(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	tell_change(w);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	/* What was not submitted has not been done. */
	struct batch *b = &w->batches[w->submitted % QUEUE];
	for (unsigned int i = 0; i < b->count; i++)
		free(b->items[i].owned);
	if (b->chunk != NULL)
		chunk_release(b->chunk);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w->batches);
}

struct crew *
crew_new(const struct crew_work *work, void *arg, unsigned int workers,
    const atomic_int *cancelled)
{
	struct crew *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->work = *work;
	c->arg = arg;
	c->cancelled = cancelled;
	const size_t bytes = workers * sizeof(*c->workers);
	c->workers = aligned_alloc(_Alignof(struct worker), bytes);
	if (c->workers == NULL)
		goto free_crew;
	memset(c->workers, 0, bytes);
	while (c->count < workers && worker_start(c, c->count))
		c->count++;
	if (c->count == 0)
		goto free_crew;
	return c;

free_crew:
	crew_free(c);
	return NULL;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	for (unsigned int i = 0; c->workers != NULL && i < c->count; i++)
		worker_stop(&c->workers[i]);
	free(c->workers);
	free(c);
}

/* ----------------------------------------------------------- handing over */

static struct batch *
filling(struct worker *w)
{
	return &w->batches[w->submitted_here % QUEUE];
}

static unsigned int
queued(struct worker *w)
{
	return (unsigned int)(w->submitted_here - atomic_load(&w->done));
}

/* Inodes in all that the worker has to do, about. */
static unsigned int
load_of(struct worker *w)
{
	const unsigned int batches = queued(w);

	/* A batch may be filled only if it is not the worker's. */
	return batches == QUEUE ? UINT32_MAX :
	    batches * BATCH_INODES + filling(w)->inodes;
}

static void
submit(struct worker *w)
{
	if (queued(w) == QUEUE || filling(w)->count == 0)
		return;
	w->submitted_here++;
	pthread_mutex_lock(&w->lock);
	w->submitted = w->submitted_here;
	tell_change(w);
	pthread_mutex_unlock(&w->lock);
}

static void
submit_all(struct crew *c)
{
	for (unsigned int i = 0; i < c->count; i++)
		submit(&c->workers[i]);
}

/* Until no more than `most` batches are left to do. */
static void
wait_for_worker(struct worker *w, unsigned int most)
{
	if (queued(w) <= most)
		return;
	pthread_mutex_lock(&w->lock);
	while (queued(w) > most)
		wait_for_change(w);
	pthread_mutex_unlock(&w->lock);
}

static unsigned int
least_loaded(struct crew *c)
{
	unsigned int best = c->next;

	for (unsigned int i = 1; i < c->count; i++) {
		const unsigned int other = (c->next + i) % c->count;
		if (load_of(&c->workers[other]) < load_of(&c->workers[best]))
			best = other;
	}
	c->next = (best + 1) % c->count;
	return best;
}

/* Inodes of a directory stay with a worker until another has nothing to do. */
static struct worker *
choose(struct crew *c, uint32_t directory)
{
	struct known *k = &c->known[directory % KNOWN_DIRECTORIES];
	const bool is_known = k->directory == directory;

	if (is_known && queued(&c->workers[k->worker]) < BUSY)
		return &c->workers[k->worker];
	const unsigned int best = least_loaded(c);
	if (!is_known || load_of(&c->workers[best]) < BATCH_INODES)
		k->worker = best;
	k->directory = directory;
	return &c->workers[k->worker];
}

static bool
copy_bytes(struct item *to, const void *bytes, size_t length)
{
	to->owned = malloc(length + 1);
	if (to->owned == NULL)
		return false;
	memcpy(to->owned, bytes, length);
	to->bytes = to->owned;
	return true;
}

static bool
copy_xattr(struct item *to, const struct de_xattr *xattr)
{
	const size_t name = strlen(xattr->name) + 1;
	struct de_xattr *copy = malloc(sizeof(*copy) + name +
	    xattr->value_length);
	if (copy == NULL)
		return false;
	char *texts = (char *)(copy + 1);
	memcpy(texts, xattr->name, name);
	if (xattr->value_length > 0)
		memcpy(texts + name, xattr->value, xattr->value_length);
	*copy = (struct de_xattr){
		.struct_size = sizeof(*copy),
		.name = texts,
		.value = texts + name,
		.value_length = xattr->value_length,
	};
	to->owned = copy;
	to->bytes = copy;
	return true;
}

static void
copy_header(struct batch *b, struct item *to, const struct header *header)
{
	struct header *copy = &b->headers[b->inodes];

	to->header = b->inodes++;
	*copy = *header;
	copy->addrs = NULL;
	copy->inline_data = NULL;
	copy->list = NULL;
	copy->list_length = 0;
}

static bool
copy_data(struct batch *b, struct item *to, const struct set_item *item)
{
	if (item->chunk == NULL)
		return copy_bytes(to, item->bytes, (size_t)item->length);
	if (b->chunk == NULL) {
		b->chunk = item->chunk;
		chunk_hold(b->chunk);
	}
	to->bytes = item->bytes;
	return true;
}

static bool
fill(struct batch *b, const struct set_item *item)
{
	struct item *to = &b->items[b->count];

	*to = (struct item){
		.kind = item->kind,
		.complete = item->complete,
		.offset = item->offset,
		.length = item->length,
	};
	switch (item->kind) {
	case SET_INODE:
		copy_header(b, to, item->header);
		break;
	case SET_DATA:
		if (!copy_data(b, to, item))
			return false;
		break;
	case SET_XATTR:
		if (!copy_xattr(to, item->xattr))
			return false;
		break;
	case SET_LOST_DATA:
	case SET_DOUBT:
	case SET_LOST_XATTRS:
		if (!copy_bytes(to, item->why, strlen(item->why) + 1))
			return false;
		break;
	default:
		break;
	}
	b->count++;
	return true;
}

static bool
is_full(struct worker *w, enum set_kind last)
{
	const struct batch *b = filling(w);

	return b->count == BATCH_ITEMS || (last == SET_INODE_END &&
	    (b->inodes == BATCH_INODES ||
	    (b->inodes >= EARLY_INODES && queued(w) == 0)));
}

bool
crew_put(struct crew *c, const struct set_item *item, uint32_t directory)
{
	if (item->chunk != NULL && item->chunk != c->chunk) {
		submit_all(c);
		c->chunk = item->chunk;
	}
	if (item->kind == SET_INODE)
		c->current = choose(c, directory);
	struct worker *w = c->current;
	if (w == NULL)
		return true;
	wait_for_worker(w, QUEUE - 1);
	if (item->kind == SET_INODE && filling(w)->inodes == BATCH_INODES) {
		submit(w);
		wait_for_worker(w, QUEUE - 1);
	}
	if (!fill(filling(w), item))
		return false;
	if (is_full(w, item->kind))
		submit(w);
	if (item->kind == SET_INODE_END)
		c->current = NULL;
	return true;
}

void
crew_wait(struct crew *c)
{
	submit_all(c);
	for (unsigned int i = 0; i < c->count; i++)
		wait_for_worker(&c->workers[i], 0);
}
