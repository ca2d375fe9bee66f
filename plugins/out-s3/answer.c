/* SPDX-License-Identifier: BSD-3-Clause */
/* answer.c - what an answer says; declared in request.h */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "xml.h"

void
answer_free(struct answer *a)
{
	free(a->body);
	a->body = NULL;
}

/* ------------------------------------------------------------------ headers */

static bool
is_header(const char *line, size_t length, const char *name)
{
	const size_t n = strlen(name);

	return length > n && line[n] == ':' &&
	    strncasecmp(line, name, n) == 0;
}

/* The value, as far as it fits, without what could harm a terminal or XML. */
static void
take_value(const char *line, size_t length, char *to, size_t size)
{
	const char *colon = memchr(line, ':', length);
	const char *end = line + length;
	size_t n = 0;

	for (const char *p = colon + 1; p < end && n < size - 1; p++)
		if ((unsigned char)*p > 0x20 && *p != 0x7f &&
		    strchr("<>&\"'", *p) == NULL)
			to[n++] = *p;
	to[n] = '\0';
}

/* A number, and the character behind it; moves *text behind both. */
static bool
take_number(const char **text, char end, uint64_t *number)
{
	char *rest;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	const unsigned long long n = strtoull(*text, &rest, 10);
	if (errno != 0 || *rest != end || n > INT64_MAX)
		return false;
	*number = n;
	*text = rest + (end != '\0');
	return true;
}

/* "bytes 0-1023/4096", of which take_value() has removed the blank. */
static void
take_range(struct answer *a, const char *text)
{
	uint64_t last;

	a->has_range = strncmp(text, "bytes", 5) == 0;
	text += a->has_range ? 5 : 0;
	a->has_range = a->has_range && take_number(&text, '-', &a->first) &&
	    take_number(&text, '/', &last) &&
	    take_number(&text, '\0', &a->size) && a->first <= last &&
	    last < a->size;
}

void
answer_take_header(struct answer *a, const char *line, size_t length)
{
	char text[REQUEST_NAME_BYTES];

	if (is_header(line, length, "etag")) {
		take_value(line, length, a->etag, sizeof(a->etag));
	} else if (is_header(line, length, "x-amz-version-id")) {
		take_value(line, length, a->version, sizeof(a->version));
	} else if (is_header(line, length, REQUEST_MARK)) {
		take_value(line, length, a->mark, sizeof(a->mark));
	} else if (is_header(line, length, "x-amz-bucket-region")) {
		take_value(line, length, a->region, sizeof(a->region));
	} else if (is_header(line, length, "content-range")) {
		take_value(line, length, text, sizeof(text));
		take_range(a, text);
	} else if (is_header(line, length, "x-amz-object-lock-mode")) {
		a->is_locked = true;
	} else if (is_header(line, length,
	    "x-amz-object-lock-retain-until-date")) {
		take_value(line, length, a->locked_until,
		    sizeof(a->locked_until));
	} else if (is_header(line, length, "retry-after")) {
		take_value(line, length, text, sizeof(text));
		const long seconds = strtol(text, NULL, 10);
		a->retry_after = seconds > 0 ? seconds : 0;
	}
}

/* -------------------------------------------------------------------- the body */

static void
copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}

static void
take_error(void *arg, const char *parent, const char *name, const char *text)
{
	struct answer *a = arg;

	if (strcmp(parent, "Error") != 0)
		return;
	if (strcmp(name, "Code") == 0)
		copy(a->code, sizeof(a->code), text);
	else if (strcmp(name, "Message") == 0)
		copy(a->message, sizeof(a->message), text);
	else if (strcmp(name, "Region") == 0)
		copy(a->region, sizeof(a->region), text);
}

void
answer_take_error(struct answer *a)
{
	if (a->body != NULL && !xml_read(a->body, a->length, take_error, a))
		a->code[0] = a->message[0] = '\0';
}

struct wanted {
	const char *name;
	char *text;
	bool found;
};

static void
take_wanted(void *arg, const char *parent, const char *name, const char *text)
{
	struct wanted *w = arg;

	(void)parent;
	if (w->found || strcmp(name, w->name) != 0 ||
	    strlen(text) >= REQUEST_TEXT_BYTES)
		return;
	copy(w->text, REQUEST_TEXT_BYTES, text);
	w->found = true;
}

bool
answer_element(const struct answer *a, const char *name,
    char text[static REQUEST_TEXT_BYTES])
{
	struct wanted w = { name, text, false };

	return a->body != NULL && xml_read(a->body, a->length, take_wanted,
	    &w) && w.found;
}

/* ------------------------------------------------------------------ its meaning */

static bool
is_code(const struct answer *a, const char *code)
{
	return strcmp(a->code, code) == 0;
}

/* The region may be in the message only. */
static void
explain_region(const struct answer *a, const struct client *c,
    char why[static REQUEST_WHY_BYTES])
{
	if (a->region[0] != '\0' && strcmp(a->region, c->region) != 0)
		snprintf(why, REQUEST_WHY_BYTES, "the bucket is in another "
		    "region; set region to %s", a->region);
	else
		snprintf(why, REQUEST_WHY_BYTES, "the store does not accept "
		    "the region \"%s\" (%s: %s); set region and endpoint to "
		    "those of the bucket", c->region, a->code, a->message);
}

static void
explain_clock(const struct answer *a, char why[static REQUEST_WHY_BYTES])
{
	const int64_t ahead = a->date == 0 ? 0 : a->date -
	    (int64_t)time(NULL);

	if (ahead == 0)
		snprintf(why, REQUEST_WHY_BYTES, "the clock of this machine is "
		    "wrong (RequestTimeTooSkewed); set it");
	else
		snprintf(why, REQUEST_WHY_BYTES, "the clock of this machine is "
		    "wrong: the store's is %" PRId64 " seconds %s; set it",
		    ahead > 0 ? ahead : -ahead, ahead > 0 ? "ahead" :
		    "behind");
}

static const char *
known(const struct answer *a)
{
	static const struct { const char *code, *text; } all[] = {
		{ "SignatureDoesNotMatch", "the store does not accept the "
		    "signature (SignatureDoesNotMatch): the secret access key "
		    "is wrong, or that of another access key" },
		{ "InvalidAccessKeyId", "the store knows no such access key "
		    "(InvalidAccessKeyId); check the credentials" },
		{ "ExpiredToken", "the credentials have expired "
		    "(ExpiredToken); renew them" },
		{ "InvalidToken", "the session token of the credentials is "
		    "not valid (InvalidToken); renew them" },
		{ "NoSuchBucket", "the bucket does not exist; make it, or "
		    "correct the option object" },
		{ "NoSuchKey", "no such object" },
		{ "NoSuchUpload", "the upload is gone (NoSuchUpload): someone, "
		    "or a lifecycle rule of the bucket, has ended it" },
		{ "AccessDenied", "access denied: the access key must be "
		    "allowed to get, put, list and delete objects of the "
		    "bucket, and to list and abort its multipart uploads" },
		{ "InvalidObjectState", "the object is archived "
		    "(InvalidObjectState); restore it in the store first" },
		{ "QuotaExceeded", "the store is full (QuotaExceeded)" },
		{ "EntityTooLarge", "the store does not take so large a part "
		    "or object (EntityTooLarge); set a smaller part_size or "
		    "volume_size" },
		{ "InvalidStorageClass", "the store has no such storage class; "
		    "correct storage_class" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (is_code(a, all[i].code))
			return all[i].text;
	return NULL;
}

static void
explain_status(const struct answer *a, char why[static REQUEST_WHY_BYTES])
{
	if (a->code[0] != '\0')
		snprintf(why, REQUEST_WHY_BYTES, "the store answers %ld %s%s%s",
		    a->status, a->code, a->message[0] == '\0' ? "" : ": ",
		    a->message);
	else
		snprintf(why, REQUEST_WHY_BYTES, "the store answers with "
		    "status %ld and no reason; is the endpoint that of an S3 "
		    "store?", a->status);
}

void
answer_explain(const struct answer *a, const struct client *c,
    char why[static REQUEST_WHY_BYTES])
{
	const char *text = known(a);

	if (a->status == 0)
		snprintf(why, REQUEST_WHY_BYTES, "%s", a->error);
	else if (is_code(a, "RequestTimeTooSkewed"))
		explain_clock(a, why);
	else if (is_code(a, "AuthorizationHeaderMalformed") ||
	    is_code(a, "PermanentRedirect") || a->status == 301 ||
	    a->status == 307)
		explain_region(a, c, why);
	else if (text != NULL)
		snprintf(why, REQUEST_WHY_BYTES, "%s", text);
	else
		explain_status(a, why);
	const size_t length = strlen(why);
	if (a->tries > 1)
		snprintf(why + length, REQUEST_WHY_BYTES - length,
		    "; tried %" PRIu32 " times", a->tries);
}

enum de_failure
answer_failure(const struct answer *a)
{
	if (a->status == 0)
		return DE_FAILURE_NO_DEVICE;
	if (a->status == 507 || is_code(a, "QuotaExceeded") ||
	    strstr(a->code, "StorageFull") != NULL)
		return DE_FAILURE_FULL;
	if (is_code(a, "NoSuchBucket"))
		return DE_FAILURE_NO_DEVICE;
	if (is_code(a, "AccessDenied"))
		return DE_FAILURE_WRITE_PROTECTED;
	/* A wrong key, region or clock: wrong for every object. */
	return a->status == 403 || is_code(a, "AuthorizationHeaderMalformed") ?
	    DE_FAILURE_SETTINGS : DE_FAILURE_OTHER;
}
