/* SPDX-License-Identifier: BSD-3-Clause */
#include "request.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "answer.h"
#include "backoff.h"

#define BODY_MAX (512u << 10)	/* bytes of an answer */
#define CONNECT_SECONDS_MAX 30
#define LOOK_MS 50		/* how often a wait asks whether to go on */
#define WARN_AFTER 3		/* tries: before that it is a detail */
#define OWN_HEADERS 4		/* host, date, digest, token */

struct link {
	const struct client *client;	/* borrowed */
	CURL *curl;
	bool is_engine;
	char error[CURL_ERROR_SIZE];
};

/* A request while it is being sent. */
struct sending {
	struct link *link;
	const struct request *request;
	struct answer *answer;
	char digest[SIGV4_DIGEST_BYTES];
	size_t sent;			/* of the body */
	bool is_too_long;		/* more than was asked for */
	char *key_id;			/* that signed this try; owned */
};

struct link *
link_new(const struct client *client, bool is_engine)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->client = client;
	l->is_engine = is_engine;
	l->curl = curl_easy_init();
	if (l->curl != NULL)
		return l;
	free(l);
	return NULL;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	curl_easy_cleanup(l->curl);
	free(l);
}

static bool
is_ending(const struct link *l)
{
	const struct client *c = l->client;

	return atomic_load(c->stop) ||
	    (l->is_engine && c->host->cancelled(c->host));
}

/* ------------------------------------------------------------- libcurl calls */

static size_t
give_body(char *to, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;
	const size_t left = s->request->body_length - s->sent;
	const size_t n = size * count < left ? size * count : left;

	memcpy(to, (const char *)s->request->body + s->sent, n);
	s->sent += n;
	return n;
}

static int
seek_body(void *arg, curl_off_t offset, int origin)
{
	struct sending *s = arg;

	if (origin != SEEK_SET || offset < 0 ||
	    (uint64_t)offset > s->request->body_length)
		return CURL_SEEKFUNC_FAIL;
	s->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static size_t
take_header(char *line, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;

	/* After "100 Continue", and after that of a proxy, another follows. */
	if (size * count > 5 && strncmp(line, "HTTP/", 5) == 0)
		s->answer->has_range = false;
	answer_take_header(s->answer, line, size * count);
	return size * count;
}

static size_t
keep_body(struct answer *a, const char *bytes, size_t length)
{
	if (length > BODY_MAX - a->length)
		return 0;
	char *longer = realloc(a->body, a->length + length + 1);
	if (longer == NULL)
		return 0;
	memcpy(longer + a->length, bytes, length);
	a->body = longer;
	a->length += length;
	a->body[a->length] = '\0';
	return length;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct sending *s = arg;
	const struct request *r = s->request;
	const size_t length = size * count;
	long status = 0;

	curl_easy_getinfo(s->link->curl, CURLINFO_RESPONSE_CODE, &status);
	if (r->into == NULL || status / 100 != 2)
		return keep_body(s->answer, bytes, length);
	if (length > r->room - s->answer->length) {
		s->is_too_long = true;
		return 0;
	}
	memcpy((char *)r->into + s->answer->length, bytes, length);
	s->answer->length += length;
	return length;
}

static int
look(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct sending *s = arg;

	(void)a, (void)b, (void)c, (void)d;
	return is_ending(s->link);
}

/* ------------------------------------------------------------------- signing */

static bool
add_header(struct curl_slist **list, const char *name, const char *value)
{
	struct curl_slist *longer;
	char *line;

	if (asprintf(&line, "%s: %s", name, value) == -1)
		return false;
	longer = curl_slist_append(*list, line);
	free(line);
	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* All that are signed, and the signature. */
static struct curl_slist *
list_headers(const struct sigv4_request *q, const char *authorization)
{
	struct curl_slist *list = NULL;
	bool ok = add_header(&list, "Authorization", authorization);

	for (size_t i = 0; ok && i < q->header_count; i++)
		ok = add_header(&list, q->headers[i].name,
		    q->headers[i].value);
	/* So that libcurl adds none of its own. */
	ok = ok && add_header(&list, "Content-Type",
	    "application/octet-stream");
	if (ok)
		return list;
	curl_slist_free_all(list);
	return NULL;
}

/* The headers of this try.  NULL after setting answer->error. */
static struct curl_slist *
sign(struct sending *s, const struct credentials *key, const char *host,
    const char *path)
{
	const struct request *r = s->request;
	struct sigv4_pair headers[REQUEST_HEADERS_MAX + OWN_HEADERS];
	struct curl_slist *list = NULL;
	char now[SIGV4_TIME_BYTES];
	size_t n = 0;

	sigv4_time((int64_t)time(NULL), now);
	headers[n++] = (struct sigv4_pair){ "host", host };
	headers[n++] = (struct sigv4_pair){ "x-amz-date", now };
	headers[n++] = (struct sigv4_pair){ "x-amz-content-sha256",
	    s->digest };
	if (key->token != NULL)
		headers[n++] = (struct sigv4_pair){ "x-amz-security-token",
		    key->token };
	for (size_t i = 0; i < r->header_count; i++)
		headers[n++] = r->headers[i];
	const struct sigv4_request q = { r->method, path, r->query,
	    r->query_count, headers, n, s->digest };
	const struct sigv4_signer signer = { key->key_id, key->secret,
	    s->link->client->region, "s3", now };
	char *authorization = sigv4_authorization(&q, &signer);
	if (authorization != NULL)
		list = list_headers(&q, authorization);
	free(authorization);
	return list;
}

/* -------------------------------------------------------------------- sending */

static void
set_options(struct sending *s)
{
	const struct client *c = s->link->client;
	CURL *curl = s->link->curl;
	const long connect = c->timeout < CONNECT_SECONDS_MAX ?
	    (long)c->timeout : CONNECT_SECONDS_MAX;

	/* Keeps the connection. */
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, s->link->error);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dumpengine");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)c->timeout);
	curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
	curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, s);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	if (c->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, c->ca_file);
	if (c->proxy != NULL)
		curl_easy_setopt(curl, CURLOPT_PROXY, c->proxy);
}

static void
set_method(struct sending *s)
{
	const struct request *r = s->request;
	CURL *curl = s->link->curl;

	if (strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(curl, CURLOPT_READDATA, s);
		curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek_body);
		curl_easy_setopt(curl, CURLOPT_SEEKDATA, s);
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
		    (curl_off_t)r->body_length);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Its URL; to be freed.  NULL if out of memory. */
static char *
make_url(const struct sending *s, const char *host, const char *path)
{
	const struct request *r = s->request;
	char *query = sigv4_query(r->query, r->query_count);
	char *url = NULL;

	if (query != NULL && asprintf(&url, "%s://%s%s%s%s",
	    s->link->client->store->scheme, host, path, *query == '\0' ? "" :
	    "?", query) == -1)
		url = NULL;
	free(query);
	return url;
}

static bool
say(struct answer *a, const char *text)
{
	snprintf(a->error, sizeof(a->error), "%s", text);
	return false;
}

static void
note_answer(struct sending *s, CURLcode code)
{
	struct answer *a = s->answer;

	curl_easy_getinfo(s->link->curl, CURLINFO_RESPONSE_CODE, &a->status);
	if (code == CURLE_OK) {
		answer_take_error(a);
		return;
	}
	a->status = 0;
	say(a, s->is_too_long ? "the store sends more than it was asked for; "
	    "it must be able to send ranges of objects" :
	    s->link->error[0] != '\0' ? s->link->error :
	    curl_easy_strerror(code));
}

static void
take_date(struct sending *s)
{
	struct curl_header *date;

	if (curl_easy_header(s->link->curl, "Date", 0, CURLH_HEADER, -1,
	    &date) == CURLHE_OK) {
		const time_t when = curl_getdate(date->value, NULL);
		s->answer->date = when == -1 ? 0 : (int64_t)when;
	}
}

static bool
perform(struct sending *s, const struct credentials *key, const char *host,
    const char *path)
{
	char *url = make_url(s, host, path);
	struct curl_slist *headers = url == NULL ? NULL :
	    sign(s, key, host, path);

	if (headers == NULL) {
		free(url);
		return say(s->answer, "out of memory");
	}
	set_options(s);
	set_method(s);
	s->link->error[0] = '\0';
	s->sent = 0;
	s->is_too_long = false;
	curl_easy_setopt(s->link->curl, CURLOPT_URL, url);
	curl_easy_setopt(s->link->curl, CURLOPT_HTTPHEADER, headers);
	const CURLcode code = curl_easy_perform(s->link->curl);
	note_answer(s, code);
	take_date(s);
	curl_easy_setopt(s->link->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	free(url);
	return code == CURLE_OK || (code != CURLE_WRITE_ERROR &&
	    code != CURLE_OUT_OF_MEMORY && code != CURLE_SSL_CACERT_BADFILE &&
	    code != CURLE_PEER_FAILED_VERIFICATION &&
	    code != CURLE_URL_MALFORMAT);
}

static void
forget_answer(struct answer *a)
{
	const uint32_t tries = a->tries;

	answer_free(a);
	*a = (struct answer){ .tries = tries + 1 };
}

/* One try.  False: no other one would do better; the answer says why. */
static bool
try_once(struct sending *s)
{
	const struct client *c = s->link->client;
	const struct request *r = s->request;
	char why[CREDENTIALS_WHY_BYTES];
	struct credentials key = { 0 };

	forget_answer(s->answer);
	if (!keychain_get(c->keys, &key, why))
		return say(s->answer, why);
	char *host = place_host(c->store, r->place);
	char *path = place_path(c->store, r->place, r->key == NULL ?
	    r->place->key : r->key);
	const bool goes_on = host != NULL && path != NULL ?
	    perform(s, &key, host, path) : say(s->answer, "out of memory");
	free(s->key_id);
	s->key_id = strdup(key.key_id);
	credentials_free(&key);
	free(host);
	free(path);
	return goes_on;
}

/* -------------------------------------------------------------------- trying */

/* A status of 200 can come with an error: it took long to find out. */
static bool
is_done(const struct answer *a)
{
	return a->status >= 200 && a->status < 300 && a->code[0] == '\0';
}

/* Would the same request be answered otherwise? */
static bool
is_passing(const struct answer *a)
{
	static const char *const codes[] = { "SlowDown", "InternalError",
		"ServiceUnavailable", "RequestTimeout", "BadDigest",
		"XAmzContentSHA256Mismatch", "IncompleteBody",
		"OperationAborted", "RequestTimeoutException", "Throttling",
		"ConditionalRequestConflict" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(a->code, codes[i]) == 0)
			return true;
	return a->status == 0 || a->status == 408 || a->status == 429 ||
	    (a->status >= 500 && a->status != 501 && a->status != 507);
}

/* Once for a request, as what replaces it may be no better. */
static bool
renews(struct sending *s, bool *has_renewed)
{
	const char *code = s->answer->code;

	if (*has_renewed || s->key_id == NULL ||
	    (strcmp(code, "ExpiredToken") != 0 &&
	    strcmp(code, "InvalidToken") != 0 &&
	    strcmp(code, "InvalidAccessKeyId") != 0))
		return false;
	*has_renewed = true;
	return keychain_refuse(s->link->client->keys, s->key_id);
}

/* False: the run is ending. */
static bool
pause_for(const struct link *l, int64_t ms)
{
	const struct timespec slice = { 0, LOOK_MS * 1000000L };

	for (; ms > 0 && !is_ending(l); ms -= LOOK_MS)
		nanosleep(&slice, NULL);
	return !is_ending(l);
}

static bool
wait_to_retry(struct sending *s, uint32_t attempts)
{
	const struct client *c = s->link->client;
	const struct answer *a = s->answer;
	char what[REQUEST_WHY_BYTES];
	struct timespec now = { 0, 0 };
	uint32_t chance;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(chance))
		chance = (uint32_t)now.tv_nsec;
	const int64_t ms = backoff_ms(a->tries, chance, a->retry_after);
	if (a->status == 0)
		snprintf(what, sizeof(what), "%s", a->error);
	else
		snprintf(what, sizeof(what), "status %ld%s%s", a->status,
		    a->code[0] == '\0' ? "" : " ", a->code);
	notes_add(c->notes, a->tries < WARN_AFTER ? DE_DEBUG : DE_WARNING,
	    "%s: %s: %s; trying again in %" PRId64 ".%" PRId64 " s (try %"
	    PRIu32 " of %" PRIu32 ")", s->request->place->name,
	    s->request->what, what, ms / 1000, ms % 1000 / 100, a->tries + 1,
	    attempts);
	if (s->link->is_engine)
		notes_report(c->notes, c->host);
	return pause_for(s->link, ms);
}

static enum request_result
run(struct sending *s)
{
	const uint32_t attempts = s->request->attempts != 0 ?
	    s->request->attempts : s->link->client->attempts;
	struct answer *a = s->answer;
	bool has_renewed = false;

	for (;;) {
		const bool goes_on = try_once(s);
		if (is_ending(s->link))
			return REQUEST_STOPPED;
		if (is_done(a))
			return REQUEST_DONE;
		if (renews(s, &has_renewed))
			continue;
		if (!goes_on || !is_passing(a))
			return REQUEST_REFUSED;
		if (a->tries >= attempts)
			return REQUEST_LOST;
		if (!wait_to_retry(s, attempts))
			return REQUEST_STOPPED;
	}
}

enum request_result
request_run(struct link *l, const struct request *r, struct answer *answer)
{
	struct sending s = { .link = l, .request = r, .answer = answer };
	enum request_result result = REQUEST_REFUSED;

	*answer = (struct answer){ 0 };
	if (r->digest != NULL)
		snprintf(s.digest, sizeof(s.digest), "%s", r->digest);
	else if (sigv4_digest(r->body_length == 0 ? "" : r->body,
	    r->body_length, s.digest) == -1) {
		say(answer, "out of memory");
		return result;
	}
	result = run(&s);
	free(s.key_id);
	return result;
}
