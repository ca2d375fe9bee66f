/* SPDX-License-Identifier: BSD-3-Clause */
#include "upload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "crew.h"
#include "ledger.h"
#include "parts.h"
#include "sweep.h"

#define MARK_BYTES 33
#define LOOKS_MAX 5		/* for an object that should be there */
#define END_SECONDS 20		/* of patience for cleaning up */
#define END_ATTEMPTS 3

enum state {
	STATE_OPEN,
	STATE_UNCERTAIN,	/* completion was asked for, without answer */
	STATE_COMPLETE,
	STATE_GONE		/* discarded */
};

struct upload {
	struct upload_config config;
	const struct client *client;	/* borrowed */
	struct link *link;		/* of the engine's thread */
	struct crew *crew;
	struct crew_part *filling;	/* owned; NULL: none */
	struct ledger_entry *entry;	/* NULL: none, or it could not be made */
	char mark[MARK_BYTES];
	char *id;			/* of the store; NULL: not begun */
	uint32_t parts;			/* numbered so far */
	uint64_t bytes;
	bool may_be_twice;		/* beginning it was tried twice */
	int64_t begun;			/* seconds since 1970 */
	char version[REQUEST_NAME_BYTES];	/* of the complete object */
	enum state state;
	enum de_failure failure;
};

/* -------------------------------------------------------------------- messages */

static enum de_status
fail(struct upload *u, enum de_failure failure, const char *what,
    const char *why)
{
	u->failure = failure;
	notes_report(u->client->notes, u->client->host);
	u->client->host->report(u->client->host, DE_ERROR, "%s: %s%s%s",
	    u->config.place->name, what, why[0] == '\0' ? "" : ": ", why);
	return DE_FAILED;
}

static enum de_status
fail_answer(struct upload *u, const char *what, enum request_result result,
    const struct answer *answer)
{
	char why[REQUEST_WHY_BYTES];

	u->failure = answer_failure(answer);
	if (result == REQUEST_STOPPED)
		return DE_FAILED;
	answer_explain(answer, u->client, why);
	return fail(u, u->failure, what, why);
}

static enum de_status
no_memory(struct upload *u)
{
	return fail(u, DE_FAILURE_OTHER, "cannot be written", "out of memory; "
	    "lower part_size or parallel");
}

/* ------------------------------------------------------------------- beginning */

static bool
make_mark(char mark[static MARK_BYTES])
{
	uint8_t random[(MARK_BYTES - 1) / 2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(mark + 2 * i, 3, "%02x", random[i]);
	return true;
}

struct upload *
upload_new(const struct upload_config *config)
{
	const struct client *client = config->client;
	struct upload *u = calloc(1, sizeof(*u));

	if (u != NULL) {
		u->config = *config;
		u->client = client;
		u->begun = (int64_t)time(NULL);
		u->link = link_new(client, true);
		u->crew = crew_new(client, config->place, config->parallel,
		    config->is_locked);
		if (u->link != NULL && u->crew != NULL && make_mark(u->mark))
			return u;
	}
	client->host->report(client->host, DE_ERROR, "%s: out of memory",
	    config->place->name);
	if (u != NULL)
		u->state = STATE_GONE;
	upload_free(u);
	return NULL;
}

/* What the object gets, in a request that creates it. */
static size_t
object_headers(const struct upload *u,
    struct sigv4_pair headers[static REQUEST_HEADERS_MAX])
{
	size_t n = 0;

	headers[n++] = (struct sigv4_pair){ REQUEST_MARK, u->mark };
	for (size_t i = 0; i < u->config.header_count; i++)
		headers[n++] = u->config.headers[i];
	return n;
}

/* Without it the upload goes on, but is not found after a crash. */
static void
begin_entry(struct upload *u)
{
	const struct upload_config *c = &u->config;

	u->entry = ledger_begin(c->state_dir, c->store, c->place->name);
	if (u->entry == NULL)
		u->client->host->report(u->client->host, DE_WARNING, "%s: %s; "
		    "an upload that a crash interrupts will not be found and "
		    "ended (option state_dir)", c->state_dir, strerror(errno));
}

static void
note_entry(struct upload *u)
{
	if (u->entry != NULL && !ledger_note(u->entry, u->id))
		u->client->host->report(u->client->host, DE_WARNING, "%s: %s",
		    u->config.state_dir, strerror(errno));
}

static enum de_status
begin(struct upload *u)
{
	static const struct sigv4_pair query = { "uploads", "" };
	struct sigv4_pair headers[REQUEST_HEADERS_MAX];
	const struct request r = {
		.method = "POST",
		.place = u->config.place,
		.what = "beginning its upload",
		.query = &query,
		.query_count = 1,
		.headers = headers,
		.header_count = object_headers(u, headers),
	};
	char id[REQUEST_TEXT_BYTES];
	enum de_status status = DE_OK;
	struct answer answer;

	begin_entry(u);
	const enum request_result result = request_run(u->link, &r, &answer);
	u->may_be_twice = answer.tries > 1;
	if (result != REQUEST_DONE)
		status = fail_answer(u, "cannot be written", result, &answer);
	else if (!answer_element(&answer, "UploadId", id) || id[0] == '\0')
		status = fail(u, DE_FAILURE_OTHER, "cannot be written",
		    "the store begins an upload without an UploadId; is the "
		    "endpoint that of an S3 store?");
	else if ((u->id = strdup(id)) == NULL)
		status = no_memory(u);
	else
		note_entry(u);
	answer_free(&answer);
	return status;
}

/* --------------------------------------------------------------------- writing */

static enum de_status
fail_crew(struct upload *u)
{
	u->failure = crew_failure(u->crew);
	notes_report(u->client->notes, u->client->host);
	return DE_FAILED;
}

/* Another part, when there is room for it. */
static enum de_status
next_part(struct upload *u)
{
	const struct upload_config *c = &u->config;

	if (u->parts == PARTS_MAX)
		return fail(u, DE_FAILURE_FULL, "cannot be written", "a store "
		    "takes no more than 10000 parts; set volume_size or a "
		    "larger part_size");
	const uint64_t size = parts_size(c->part_size, u->parts + 1);
	const uint32_t most = parts_in_memory(c->part_size, c->parallel, size);
	if (!crew_wait(u->crew, most - 1))
		return fail_crew(u);
	u->filling = size > SIZE_MAX ? NULL :
	    crew_part_new(u->parts + 1, (size_t)size);
	if (u->filling == NULL)
		return no_memory(u);
	u->parts++;
	return DE_OK;
}

static enum de_status
send_filling(struct upload *u)
{
	struct crew_part *part = u->filling;

	if (u->id == NULL && begin(u) != DE_OK)
		return DE_FAILED;
	u->filling = NULL;
	return crew_send(u->crew, u->id, part) ? DE_OK : no_memory(u);
}

enum de_status
upload_write(struct upload *u, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length > 0) {
		if (u->filling == NULL && next_part(u) != DE_OK)
			return DE_FAILED;
		struct crew_part *part = u->filling;
		const size_t room = part->room - part->length;
		const size_t n = length < room ? length : room;
		memcpy(part->bytes + part->length, at, n);
		part->length += n;
		u->bytes += n;
		at += n;
		length -= n;
		if (part->length == part->room && send_filling(u) != DE_OK)
			return DE_FAILED;
	}
	return DE_OK;
}

/* ------------------------------------------------------------------- completing */

/* Is the object of that answer the one that this upload has made? */
static bool
is_ours(const struct upload *u, const struct answer *answer)
{
	return strcmp(answer->mark, u->mark) == 0;
}

static enum de_status
refuse_existing(struct upload *u)
{
	return fail(u, DE_FAILURE_PROTECTED, "cannot be written", "another "
	    "object got this name meanwhile; it is kept");
}

/* Nothing may have got its name since the volume was opened. */
static enum de_status
see_it_free(struct upload *u)
{
	char head[OBJECT_HEAD_BYTES];
	struct answer answer;
	enum de_status status = DE_OK;

	switch (object_look(u->link, u->config.place, 0, head, &answer)) {
	case OBJECT_FREE:
		break;
	case OBJECT_THERE:
		status = refuse_existing(u);
		break;
	case OBJECT_UNKNOWN:
		status = fail_answer(u, "cannot be completed", REQUEST_REFUSED,
		    &answer);
		break;
	case OBJECT_STOPPED:
		status = DE_FAILED;
		break;
	}
	answer_free(&answer);
	return status;
}

static enum de_status
compare_object(struct upload *u, const struct answer *answer)
{
	char text[120];

	if (!is_ours(u, answer))
		return refuse_existing(u);
	if (u->bytes != 0 && answer->size != u->bytes) {
		snprintf(text, sizeof(text), "it has %" PRIu64 " bytes in the "
		    "store, but %" PRIu64 " were written", answer->size,
		    u->bytes);
		return fail(u, DE_FAILURE_OTHER, "is not complete", text);
	}
	if (u->config.is_locked && !answer->is_locked)
		u->client->host->report(u->client->host, DE_WARNING, "%s: the "
		    "store does not say that it is locked; see whether the "
		    "bucket has object lock", u->config.place->name);
	return DE_OK;
}

/*
 * A store may take a moment to show it.  `created` is the answer to the request
 * that made it, or may have.
 */
static enum de_status
see_it_there(struct upload *u, enum request_result result,
    const struct answer *created)
{
	const struct timespec second = { 1, 0 };
	char head[OBJECT_HEAD_BYTES];
	enum object_state state = OBJECT_FREE;
	enum de_status status = DE_FAILED;
	struct answer answer = { 0 };

	for (int looks = 0; state == OBJECT_FREE && looks < LOOKS_MAX;
	    looks++) {
		if (looks > 0)
			nanosleep(&second, NULL);
		answer_free(&answer);
		state = object_look(u->link, u->config.place, 0, head,
		    &answer);
	}
	if (state == OBJECT_THERE)
		status = compare_object(u, &answer);
	else if (state != OBJECT_STOPPED)
		fail_answer(u, "cannot be completed", REQUEST_REFUSED,
		    result != REQUEST_DONE ? created : &answer);
	if (status == DE_OK && u->version[0] == '\0')
		memcpy(u->version, answer.version, sizeof(u->version));
	answer_free(&answer);
	return status;
}

static bool
is_unknown_condition(const struct answer *answer)
{
	return answer->status == 501 || strcmp(answer->code,
	    "NotImplemented") == 0;
}

/*
 * Send the request that makes the object.  If the store does not know the
 * condition that nothing has this name, see_it_free() has to do.
 */
static enum request_result
create(struct upload *u, const struct request *request, struct answer *answer)
{
	struct sigv4_pair headers[REQUEST_HEADERS_MAX];
	struct request r = *request;

	for (size_t i = 0; i < r.header_count; i++)
		headers[i] = request->headers[i];
	headers[r.header_count++] =
	    (struct sigv4_pair){ "if-none-match", "*" };
	r.headers = headers;
	enum request_result result = request_run(u->link, &r, answer);
	if (result == REQUEST_REFUSED && is_unknown_condition(answer)) {
		answer_free(answer);
		r.header_count--;
		result = request_run(u->link, &r, answer);
	}
	return result;
}

/* The answer to a request that was tried before may be about the first try. */
static bool
may_be_done(enum request_result result, const struct answer *answer)
{
	return result == REQUEST_LOST || (result == REQUEST_REFUSED &&
	    answer->tries > 1 && (answer->status == 404 ||
	    answer->status == 412));
}

static enum de_status
create_and_see(struct upload *u, const struct request *request)
{
	struct answer answer;
	enum de_status status;

	u->state = STATE_UNCERTAIN;
	const enum request_result result = create(u, request, &answer);
	memcpy(u->version, answer.version, sizeof(u->version));
	if (result == REQUEST_DONE || may_be_done(result, &answer))
		status = see_it_there(u, result, &answer);
	else if (result == REQUEST_REFUSED && answer.status == 412)
		status = refuse_existing(u);
	else
		status = fail_answer(u, "cannot be completed", result,
		    &answer);
	answer_free(&answer);
	if (status == DE_OK)
		u->state = STATE_COMPLETE;
	return status;
}

/* A volume of less than a part. */
static enum de_status
put_whole(struct upload *u)
{
	struct sigv4_pair headers[REQUEST_HEADERS_MAX];
	const struct request r = {
		.method = "PUT",
		.place = u->config.place,
		.what = "writing it",
		.headers = headers,
		.header_count = object_headers(u, headers),
		.body = u->filling == NULL ? NULL : u->filling->bytes,
		.body_length = u->filling == NULL ? 0 : u->filling->length,
	};

	return create_and_see(u, &r);
}

/* The list of all parts; to be freed. */
static char *
list_parts(const struct upload *u)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("<CompleteMultipartUpload>", out);
	for (uint32_t n = 1; n <= u->parts; n++)
		fprintf(out, "<Part><PartNumber>%" PRIu32 "</PartNumber>"
		    "<ETag>&quot;%s&quot;</ETag></Part>", n,
		    crew_tag(u->crew, n));
	fputs("</CompleteMultipartUpload>", out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static enum de_status
complete_parts(struct upload *u)
{
	const struct sigv4_pair query = { "uploadId", u->id };
	char *list = list_parts(u);
	const struct request r = {
		.method = "POST",
		.place = u->config.place,
		.what = "completing it",
		.query = &query,
		.query_count = 1,
		.body = list,
		.body_length = list == NULL ? 0 : strlen(list),
	};
	const enum de_status status = list == NULL ? no_memory(u) :
	    create_and_see(u, &r);

	free(list);
	return status;
}

/* Everything that was given to the crew is in the store. */
static enum de_status
finish_parts(struct upload *u)
{
	if (u->filling != NULL && send_filling(u) != DE_OK)
		return DE_FAILED;
	return crew_wait(u->crew, 0) ? DE_OK : fail_crew(u);
}

enum de_status
upload_complete(struct upload *u)
{
	enum de_status status;

	if (u->state == STATE_COMPLETE)
		return DE_OK;
	/* What is locked has an MD5 for each part. */
	if ((u->id != NULL || u->config.is_locked) && finish_parts(u) != DE_OK)
		return DE_FAILED;
	if (see_it_free(u) != DE_OK)
		return DE_FAILED;
	status = u->id == NULL ? put_whole(u) : complete_parts(u);
	notes_report(u->client->notes, u->client->host);
	if (status != DE_OK)
		return status;
	/* Of two uploads that were begun, the other one stays for ever. */
	const bool ended = !u->may_be_twice || sweep_object(u->link,
	    u->config.place, u->begun, u->id);
	ledger_end(u->entry, ended);
	u->entry = NULL;
	return DE_OK;
}

/* ------------------------------------------------------------------- giving up */

/* An object that may be ours, if it was not known whether it is complete. */
static bool
is_to_be_removed(struct upload *u, struct link *link)
{
	char head[OBJECT_HEAD_BYTES];
	struct answer answer;
	bool is_there;

	if (u->state == STATE_COMPLETE)
		return true;
	is_there = u->state == STATE_UNCERTAIN && object_look(link,
	    u->config.place, 0, head, &answer) != OBJECT_FREE &&
	    is_ours(u, &answer);
	if (u->state == STATE_UNCERTAIN)
		answer_free(&answer);
	return is_there;
}

static void
say_left(const struct upload *u, const char *what, const struct answer *answer)
{
	char why[REQUEST_WHY_BYTES];

	answer_explain(answer, u->client, why);
	notes_add(u->client->notes, DE_WARNING, "%s: %s: %s",
	    u->config.place->name, what, why);
}

/* What is locked stays, but a bucket with versions can hide it. */
static void
remove_object(const struct upload *u, struct link *link)
{
	struct answer answer;
	enum request_result result = object_remove(link, u->config.place,
	    u->version, &answer);

	if (result != REQUEST_DONE && u->version[0] != '\0') {
		answer_free(&answer);
		result = object_remove(link, u->config.place, "", &answer);
	}
	if (result != REQUEST_DONE)
		say_left(u, "the discarded volume cannot be removed", &answer);
	answer_free(&answer);
}

/* Has its upload, if it was begun at all, ended? */
static bool
end_upload(const struct upload *u, struct link *link)
{
	struct answer answer;
	bool ended;

	if (u->entry == NULL && u->id == NULL)
		return true;
	if (u->id == NULL || u->may_be_twice)
		return sweep_object(link, u->config.place, u->begun, NULL);
	ended = sweep_abort(link, u->config.place, u->id, &answer) ==
	    REQUEST_DONE;
	if (!ended)
		say_left(u, "its upload cannot be ended; the next run tries "
		    "again", &answer);
	answer_free(&answer);
	return ended;
}

/* The run may be ending; this is still to be done, with less patience. */
void
upload_discard(struct upload *u)
{
	const atomic_bool never = false;
	struct client client = *u->client;

	if (u->state == STATE_GONE)
		return;
	crew_free(u->crew);
	u->crew = NULL;
	client.stop = &never;
	client.timeout = client.timeout < END_SECONDS ? client.timeout :
	    END_SECONDS;
	client.attempts = END_ATTEMPTS;
	struct link *link = link_new(&client, false);
	bool ended = false;
	if (link != NULL) {
		if (is_to_be_removed(u, link))
			remove_object(u, link);
		ended = end_upload(u, link);
	}
	link_free(link);
	ledger_end(u->entry, ended);
	u->entry = NULL;
	u->state = STATE_GONE;
	notes_report(u->client->notes, u->client->host);
}

/* ----------------------------------------------------------------------- other */

enum de_failure
upload_failure(const struct upload *u)
{
	return u->failure;
}

uint64_t
upload_bytes(const struct upload *u)
{
	return u->bytes;
}

void
upload_free(struct upload *u)
{
	if (u == NULL)
		return;
	if (u->state != STATE_COMPLETE)
		upload_discard(u);
	crew_part_free(u->filling);
	crew_free(u->crew);
	ledger_end(u->entry, false);
	link_free(u->link);
	free(u->id);
	free(u);
}
