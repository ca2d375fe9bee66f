/* SPDX-License-Identifier: BSD-3-Clause */
#include "crew.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parts.h"

#define LOOK_NS 200000000L	/* how often a wait asks whether to go on */
#define MD5_TEXT_BYTES 32
#define WHAT_BYTES 32

struct crew {
	struct client client;		/* with `stop` below */
	const struct place *place;	/* borrowed */
	uint32_t limit;			/* threads at most */
	bool is_locked;
	atomic_bool stop;

	/* The engine's thread only. */
	pthread_t *threads;		/* owned */
	uint32_t thread_count;
	char *upload;			/* owned; set before the first part */

	pthread_mutex_t lock;		/* for these: */
	pthread_cond_t work;		/* a part, or the end */
	pthread_cond_t done;		/* a part has ended; monotonic clock */
	struct crew_part *first, *last;	/* waiting to be sent */
	uint32_t waiting;		/* how many */
	uint32_t in_memory;		/* waiting or being sent */
	uint32_t busy;			/* threads that send one */
	char **tags;			/* owned; by number - 1 */
	uint32_t tag_count;
	bool is_ending;
	bool has_failed;
	enum de_failure failure;
};

struct crew_part *
crew_part_new(uint32_t number, size_t room)
{
	struct crew_part *part = calloc(1, sizeof(*part));

	if (part == NULL)
		return NULL;
	part->number = number;
	part->room = room;
	part->bytes = malloc(room);
	if (part->bytes != NULL)
		return part;
	free(part);
	return NULL;
}

void
crew_part_free(struct crew_part *part)
{
	if (part != NULL)
		free(part->bytes);
	free(part);
}

/* ---------------------------------------------------------------- its threads */

static bool
make_md5(const struct crew_part *part, char text[static MD5_TEXT_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int length;

	if (EVP_Digest(part->bytes, part->length, digest, &length, EVP_md5(),
	    NULL) != 1 || length != 16)
		return false;
	EVP_EncodeBlock((uint8_t *)text, digest, (int)length);
	return true;
}

/* Note why; nothing if the run is ending. */
static void
note_failure(struct crew *c, const struct crew_part *part,
    enum request_result result, const struct answer *answer)
{
	char why[REQUEST_WHY_BYTES];

	if (result == REQUEST_STOPPED)
		return;
	if (result == REQUEST_DONE)
		snprintf(why, sizeof(why), "the store acknowledges it without "
		    "a tag (ETag)");
	else
		answer_explain(answer, &c->client, why);
	notes_add(c->client.notes, DE_ERROR, "%s: part %" PRIu32 " cannot be "
	    "written: %s", c->place->name, part->number, why);
}

/* Its tag, to be freed; NULL: it failed, and *failure is set. */
static char *
send_part(struct crew *c, struct link *link, const struct crew_part *part,
    enum de_failure *failure)
{
	char number[WHAT_BYTES], what[WHAT_BYTES], md5[MD5_TEXT_BYTES];
	const struct sigv4_pair header = { "content-md5", md5 };
	snprintf(number, sizeof(number), "%" PRIu32, part->number);
	snprintf(what, sizeof(what), "part %" PRIu32, part->number);
	const struct sigv4_pair query[] = {
		{ "partNumber", number }, { "uploadId", c->upload },
	};
	const bool has_md5 = c->is_locked && make_md5(part, md5);
	const struct request r = {
		.method = "PUT",
		.place = c->place,
		.what = what,
		.query = query,
		.query_count = 2,
		.headers = &header,
		.header_count = has_md5 ? 1 : 0,
		.body = part->bytes,
		.body_length = part->length,
	};
	struct answer answer;
	char *tag = NULL;

	const enum request_result result = request_run(link, &r, &answer);
	if (result == REQUEST_DONE && answer.etag[0] != '\0')
		tag = strdup(answer.etag);
	*failure = answer_failure(&answer);
	if (tag == NULL)
		note_failure(c, part, result, &answer);
	answer_free(&answer);
	return tag;
}

/* Lock held.  NULL: there will be no more. */
static struct crew_part *
take_part(struct crew *c)
{
	while (c->first == NULL && !c->is_ending)
		pthread_cond_wait(&c->work, &c->lock);
	struct crew_part *part = c->has_failed ? NULL : c->first;
	if (part == NULL)
		return NULL;
	c->first = part->next;
	c->waiting--;
	c->busy++;
	return part;
}

static void *
member(void *arg)
{
	struct crew *c = arg;
	struct link *link = link_new(&c->client, false);
	struct crew_part *part;

	if (link == NULL)
		notes_add(c->client.notes, DE_ERROR, "%s: out of memory",
		    c->place->name);
	pthread_mutex_lock(&c->lock);
	while ((part = take_part(c)) != NULL) {
		enum de_failure failure = DE_FAILURE_OTHER;
		pthread_mutex_unlock(&c->lock);
		char *tag = link == NULL ? NULL :
		    send_part(c, link, part, &failure);
		const uint32_t number = part->number;
		crew_part_free(part);
		pthread_mutex_lock(&c->lock);
		c->busy--;
		c->in_memory--;
		c->tags[number - 1] = tag;
		if (tag == NULL && !c->has_failed) {
			c->has_failed = true;
			c->failure = failure;
		}
		pthread_cond_signal(&c->done);
	}
	pthread_mutex_unlock(&c->lock);
	link_free(link);
	return NULL;
}

/* ------------------------------------------------------------------ the caller */

static bool
make_locks(struct crew *c)
{
	pthread_condattr_t monotonic;

	if (pthread_mutex_init(&c->lock, NULL) != 0)
		return false;
	if (pthread_cond_init(&c->work, NULL) != 0)
		goto destroy_lock;
	if (pthread_condattr_init(&monotonic) != 0)
		goto destroy_work;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	const int error = pthread_cond_init(&c->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (error == 0)
		return true;
destroy_work:
	pthread_cond_destroy(&c->work);
destroy_lock:
	pthread_mutex_destroy(&c->lock);
	return false;
}

struct crew *
crew_new(const struct client *client, const struct place *place,
    uint32_t threads, bool is_locked)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->client = *client;
	c->client.stop = &c->stop;
	c->place = place;
	c->limit = threads;
	c->is_locked = is_locked;
	c->threads = calloc(threads, sizeof(*c->threads));
	if (c->threads != NULL && make_locks(c))
		return c;
	free(c->threads);
	free(c);
	return NULL;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	atomic_store(&c->stop, true);
	pthread_mutex_lock(&c->lock);
	c->is_ending = true;
	c->has_failed = c->has_failed || c->first != NULL;
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	for (uint32_t i = 0; i < c->thread_count; i++)
		pthread_join(c->threads[i], NULL);
	while (c->first != NULL) {
		struct crew_part *part = c->first;
		c->first = part->next;
		crew_part_free(part);
	}
	for (uint32_t i = 0; i < c->tag_count; i++)
		free(c->tags[i]);
	pthread_cond_destroy(&c->done);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->lock);
	free(c->tags);
	free(c->threads);
	free(c->upload);
	free(c);
}

bool
crew_wait(struct crew *c, uint32_t most)
{
	const struct de_host *host = c->client.host;
	struct timespec until;
	bool is_full, goes_on = true;

	do {
		pthread_mutex_lock(&c->lock);
		if (c->in_memory > most && !c->has_failed) {
			clock_gettime(CLOCK_MONOTONIC, &until);
			until.tv_nsec += LOOK_NS;
			if (until.tv_nsec >= 1000000000L) {
				until.tv_nsec -= 1000000000L;
				until.tv_sec++;
			}
			pthread_cond_timedwait(&c->done, &c->lock, &until);
		}
		is_full = c->in_memory > most;
		goes_on = !c->has_failed;
		pthread_mutex_unlock(&c->lock);
		notes_report(c->client.notes, host);
		goes_on = goes_on && !host->cancelled(host);
	} while (is_full && goes_on);
	return goes_on;
}

/* Signals are for the engine's threads. */
static bool
start_thread(struct crew *c)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int error = pthread_create(&c->threads[c->thread_count], NULL,
	    member, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->thread_count += error == 0;
	return c->thread_count > 0;
}

/* Lock held. */
static bool
make_tag(struct crew *c, uint32_t number)
{
	if (number <= c->tag_count)
		return true;
	char **longer = reallocarray(c->tags, number, sizeof(*longer));
	if (longer == NULL)
		return false;
	c->tags = longer;
	while (c->tag_count < number)
		c->tags[c->tag_count++] = NULL;
	return true;
}

bool
crew_send(struct crew *c, const char *upload, struct crew_part *part)
{
	if (c->upload == NULL)
		c->upload = strdup(upload);
	pthread_mutex_lock(&c->lock);
	bool ok = c->upload != NULL && make_tag(c, part->number);
	if (ok) {
		part->next = NULL;
		if (c->first == NULL)
			c->first = part;
		else
			c->last->next = part;
		c->last = part;
		c->waiting++;
		c->in_memory++;
		pthread_cond_signal(&c->work);
	}
	const bool needs_more = c->busy + c->waiting > c->thread_count &&
	    c->thread_count < c->limit;
	pthread_mutex_unlock(&c->lock);
	if (!ok)
		crew_part_free(part);
	return ok && (!needs_more || start_thread(c));
}

const char *
crew_tag(const struct crew *c, uint32_t number)
{
	return c->tags[number - 1];
}

enum de_failure
crew_failure(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	const enum de_failure failure = c->failure;
	pthread_mutex_unlock(&c->lock);
	return failure;
}
