/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "object.h"

#define LOOK_NS 200000000L	/* how often a wait asks whether to go on */
#define RANGE_TEXT_BYTES 64
#define OPEN_ATTEMPTS 5		/* a wrong name is told within seconds */

enum chunk_state { CHUNK_WAITING, CHUNK_BUSY, CHUNK_READY, CHUNK_FAILED };

struct chunk {
	struct chunk *next;
	uint64_t offset;
	size_t length;
	uint8_t *bytes;			/* owned */
	enum chunk_state state;
	bool is_dropped;		/* freed by the thread that is busy */
};

struct fetch {
	struct client client;		/* with `stop` below */
	const struct place *place;	/* borrowed */
	uint32_t parallel;
	atomic_bool stop;
	uint64_t size;
	char etag[REQUEST_NAME_BYTES];
	char version[REQUEST_NAME_BYTES];	/* or "" */
	char locked_until[REQUEST_NAME_BYTES];	/* or "" */

	/* The engine's thread only. */
	uint64_t at;
	uint64_t planned;		/* the end of the last chunk */
	uint64_t run;			/* bytes read since the last jump */
	pthread_t *threads;		/* owned */
	uint32_t thread_count;

	pthread_mutex_t lock;		/* for these, and states of chunks: */
	pthread_cond_t work, done;	/* the latter: monotonic clock */
	struct chunk *first;		/* contiguous; the first has `at` */
	bool is_ending;
};

static void
chunk_free(struct chunk *c)
{
	if (c != NULL)
		free(c->bytes);
	free(c);
}

/* ----------------------------------------------------------------- its threads */

/* Why this is not the range that was asked for; NULL: it is. */
static const char *
what_is_wrong(const struct fetch *f, const struct chunk *c,
    const struct answer *a)
{
	if (strcmp(a->etag, f->etag) != 0 || (a->has_range &&
	    a->size != f->size))
		return "the object was replaced while it was read";
	if (!a->has_range || a->first != c->offset || a->length != c->length)
		return "the store sends other bytes than were asked for";
	return NULL;
}

static bool
fetch_chunk(struct fetch *f, struct link *link, struct chunk *c)
{
	char text[RANGE_TEXT_BYTES], why[REQUEST_WHY_BYTES];
	const struct sigv4_pair range = { "range", text };
	const struct request r = {
		.method = "GET",
		.place = f->place,
		.what = text,
		.headers = &range,
		.header_count = 1,
		.into = c->bytes,
		.room = c->length,
	};
	const char *wrong = NULL;
	struct answer answer;

	snprintf(text, sizeof(text), "bytes=%" PRIu64 "-%" PRIu64, c->offset,
	    c->offset + c->length - 1);
	const enum request_result result = request_run(link, &r, &answer);
	if (result == REQUEST_DONE) {
		wrong = what_is_wrong(f, c, &answer);
		snprintf(why, sizeof(why), "%s", wrong == NULL ? "" : wrong);
	} else {
		answer_explain(&answer, &f->client, why);
	}
	const bool ok = result == REQUEST_DONE && wrong == NULL;
	if (!ok && result != REQUEST_STOPPED)
		notes_add(f->client.notes, DE_ERROR, "%s: bytes %" PRIu64
		    " to %" PRIu64 " cannot be read: %s", f->place->name,
		    c->offset, c->offset + c->length - 1, why);
	answer_free(&answer);
	return ok;
}

/* Lock held.  NULL: it is ending. */
static struct chunk *
take_chunk(struct fetch *f)
{
	while (!f->is_ending) {
		for (struct chunk *c = f->first; c != NULL; c = c->next)
			if (c->state == CHUNK_WAITING)
				return c;
		pthread_cond_wait(&f->work, &f->lock);
	}
	return NULL;
}

static void *
fetcher(void *arg)
{
	struct fetch *f = arg;
	struct link *link = link_new(&f->client, false);
	struct chunk *c;

	if (link == NULL)
		notes_add(f->client.notes, DE_ERROR, "%s: out of memory",
		    f->place->name);
	pthread_mutex_lock(&f->lock);
	while ((c = take_chunk(f)) != NULL) {
		c->state = CHUNK_BUSY;
		pthread_mutex_unlock(&f->lock);
		const bool ok = link != NULL && fetch_chunk(f, link, c);
		pthread_mutex_lock(&f->lock);
		c->state = ok ? CHUNK_READY : CHUNK_FAILED;
		if (c->is_dropped)
			chunk_free(c);
		pthread_cond_signal(&f->done);
	}
	pthread_mutex_unlock(&f->lock);
	link_free(link);
	return NULL;
}

/* --------------------------------------------------------------------- opening */

static bool
make_locks(struct fetch *f)
{
	pthread_condattr_t monotonic;

	if (pthread_mutex_init(&f->lock, NULL) != 0)
		return false;
	if (pthread_cond_init(&f->work, NULL) != 0)
		goto destroy_lock;
	if (pthread_condattr_init(&monotonic) != 0)
		goto destroy_work;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	const int error = pthread_cond_init(&f->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (error == 0)
		return true;
destroy_work:
	pthread_cond_destroy(&f->work);
destroy_lock:
	pthread_mutex_destroy(&f->lock);
	return false;
}

static struct fetch *
new_fetch(const struct client *client, const struct place *place,
    uint32_t parallel)
{
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->client = *client;
	f->client.stop = &f->stop;
	f->place = place;
	f->parallel = parallel;
	f->threads = calloc(parallel, sizeof(*f->threads));
	if (f->threads != NULL && make_locks(f))
		return f;
	free(f->threads);
	free(f);
	return NULL;
}

static bool
refuse(const struct client *client, const struct place *place,
    const char *why)
{
	client->host->report(client->host, DE_ERROR, "%s: cannot be read: %s",
	    place->name, why);
	return false;
}

static bool
look(struct fetch *f, struct link *link, enum de_failure *failure)
{
	char head[OBJECT_HEAD_BYTES], why[REQUEST_WHY_BYTES];
	struct answer answer;
	bool ok = true;

	const enum object_state state = object_look(link, f->place,
	    f->client.attempts < OPEN_ATTEMPTS ? f->client.attempts :
	    OPEN_ATTEMPTS, head, &answer);
	if (state == OBJECT_THERE && answer.status / 100 == 2) {
		if (!answer.has_range)
			ok = refuse(&f->client, f->place, "the store does not "
			    "send ranges of objects");
	} else if (state == OBJECT_STOPPED) {
		ok = false;
	} else if (answer.status != 416) {
		*failure = state == OBJECT_FREE ? DE_FAILURE_NO_MEDIUM :
		    answer_failure(&answer);
		answer_explain(&answer, &f->client, why);
		ok = refuse(&f->client, f->place, why);
	}
	f->size = answer.has_range ? answer.size : 0;
	memcpy(f->etag, answer.etag, sizeof(f->etag));
	memcpy(f->version, answer.version, sizeof(f->version));
	memcpy(f->locked_until, answer.locked_until,
	    sizeof(f->locked_until));
	answer_free(&answer);
	return ok;
}

struct fetch *
fetch_open(const struct client *client, const struct place *place,
    uint32_t parallel, enum de_failure *failure)
{
	struct fetch *f = new_fetch(client, place, parallel);
	struct link *link = f == NULL ? NULL : link_new(client, true);

	*failure = DE_FAILURE_OTHER;
	if (link == NULL)
		refuse(client, place, "out of memory");
	else if (look(f, link, failure)) {
		link_free(link);
		return f;
	}
	link_free(link);
	fetch_close(f);
	return NULL;
}

/* --------------------------------------------------------------------- chunks */

/* Lock held. */
static void
drop_first(struct fetch *f)
{
	struct chunk *c = f->first;

	f->first = c->next;
	if (c->state == CHUNK_BUSY)
		c->is_dropped = true;
	else
		chunk_free(c);
}

void
fetch_close(struct fetch *f)
{
	if (f == NULL)
		return;
	atomic_store(&f->stop, true);
	pthread_mutex_lock(&f->lock);
	f->is_ending = true;
	while (f->first != NULL)
		drop_first(f);
	pthread_cond_broadcast(&f->work);
	pthread_mutex_unlock(&f->lock);
	for (uint32_t i = 0; i < f->thread_count; i++)
		pthread_join(f->threads[i], NULL);
	notes_report(f->client.notes, f->client.host);
	pthread_cond_destroy(&f->done);
	pthread_cond_destroy(&f->work);
	pthread_mutex_destroy(&f->lock);
	free(f->threads);
	free(f);
}

/* Signals are for the engine's threads. */
static bool
start_thread(struct fetch *f)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int error = pthread_create(&f->threads[f->thread_count], NULL,
	    fetcher, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	f->thread_count += error == 0;
	return f->thread_count > 0;
}

/*
 * Who has read so much since the last jump is likely to read half as much again,
 * but perhaps no more.
 */
static uint64_t
wanted_end(const struct fetch *f)
{
	const uint64_t ahead = f->run / 2 < FETCH_RANGE_MIN ?
	    FETCH_RANGE_MIN : f->run / 2;

	return ahead < f->size - f->at ? f->at + ahead : f->size;
}

/* Up to what is wanted. */
static size_t
next_range(const struct fetch *f)
{
	const uint64_t left = f->size - f->planned;
	const uint64_t end = wanted_end(f);
	uint64_t range = end > f->planned ? end - f->planned : 0;

	if (range < FETCH_RANGE_MIN)
		range = FETCH_RANGE_MIN;
	if (range > FETCH_RANGE_MAX)
		range = FETCH_RANGE_MAX;
	return (size_t)(range < left ? range : left);
}

static struct chunk *
new_chunk(const struct fetch *f)
{
	struct chunk *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->offset = f->planned;
	c->length = next_range(f);
	c->bytes = malloc(c->length);
	if (c->bytes != NULL)
		return c;
	free(c);
	return NULL;
}

/* Another chunk behind `count` others.  False if out of memory. */
static bool
plan_chunk(struct fetch *f, uint32_t count)
{
	struct chunk *c = new_chunk(f);

	if (c == NULL)
		return false;
	f->planned += c->length;
	pthread_mutex_lock(&f->lock);
	struct chunk **end = &f->first;
	while (*end != NULL)
		end = &(*end)->next;
	*end = c;
	pthread_cond_signal(&f->work);
	pthread_mutex_unlock(&f->lock);
	return f->thread_count > count || start_thread(f);
}

static uint32_t
count_chunks(struct fetch *f)
{
	uint32_t count = 0;

	for (const struct chunk *c = f->first; c != NULL; c = c->next)
		count++;
	return count;
}

/* The chunks that are wanted now, but for a small one before its time. */
static bool
plan(struct fetch *f)
{
	const uint64_t end = wanted_end(f);
	uint32_t count = count_chunks(f);

	for (; f->planned < f->size && count < f->parallel && (count == 0 ||
	    (end > f->planned && end - f->planned >= FETCH_RANGE_MIN));
	    count++)
		if (!plan_chunk(f, count))
			return false;
	return true;
}

/* Wait for the first chunk. */
static enum chunk_state
await_first(struct fetch *f)
{
	const struct de_host *host = f->client.host;
	enum chunk_state state;
	struct timespec until;

	do {
		pthread_mutex_lock(&f->lock);
		state = f->first->state;
		if (state == CHUNK_WAITING || state == CHUNK_BUSY) {
			clock_gettime(CLOCK_MONOTONIC, &until);
			until.tv_nsec += LOOK_NS;
			if (until.tv_nsec >= 1000000000L) {
				until.tv_nsec -= 1000000000L;
				until.tv_sec++;
			}
			pthread_cond_timedwait(&f->done, &f->lock, &until);
			state = f->first->state;
		}
		pthread_mutex_unlock(&f->lock);
		notes_report(f->client.notes, host);
	} while ((state == CHUNK_WAITING || state == CHUNK_BUSY) &&
	    !host->cancelled(host));
	return state;
}

/* Those before the position are not needed any more. */
static void
pass_chunks(struct fetch *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->first != NULL &&
	    f->at >= f->first->offset + f->first->length)
		drop_first(f);
	pthread_mutex_unlock(&f->lock);
}

/* --------------------------------------------------------------------- reading */

uint64_t
fetch_size(const struct fetch *f)
{
	return f->size;
}

const char *
fetch_version(const struct fetch *f)
{
	return f->version;
}

const char *
fetch_locked_until(const struct fetch *f)
{
	return f->locked_until;
}

enum de_status
fetch_next(struct fetch *f, void *buffer, size_t room, size_t *length)
{
	if (f->at >= f->size)
		return DE_NO_MORE;
	if (f->first == NULL)
		f->planned = f->at;
	if (!plan(f)) {
		refuse(&f->client, f->place, "out of memory");
		return DE_FAILED;
	}
	if (await_first(f) != CHUNK_READY)
		return DE_FAILED;
	const struct chunk *c = f->first;
	const size_t skip = (size_t)(f->at - c->offset);
	*length = c->length - skip < room ? c->length - skip : room;
	memcpy(buffer, c->bytes + skip, *length);
	f->at += *length;
	f->run += *length;
	if (f->at == c->offset + c->length)
		pass_chunks(f);
	return DE_OK;
}

uint64_t
fetch_tell(const struct fetch *f)
{
	return f->at;
}

void
fetch_go_to(struct fetch *f, uint64_t position)
{
	f->at = position < f->size ? position : f->size;
	if (f->first != NULL && f->at >= f->first->offset &&
	    f->at < f->planned) {
		pass_chunks(f);
		return;
	}
	pthread_mutex_lock(&f->lock);
	while (f->first != NULL)
		drop_first(f);
	pthread_mutex_unlock(&f->lock);
	f->planned = f->at;
	f->run = 0;
}
