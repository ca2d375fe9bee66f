/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sigv4.h"

#define BUCKET_MIN 3
#define BUCKET_MAX 63
#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789"

static bool
fail(char why[static PLACE_WHY_BYTES], const char *phrase)
{
	snprintf(why, PLACE_WHY_BYTES, "%s", phrase);
	return false;
}

/* ------------------------------------------------------------------ the store */

/* The usual port is not part of the header Host. */
static void
drop_usual_port(char *host, const char *scheme)
{
	char *port = strrchr(host, ':');

	if (port != NULL && strcmp(port, strcmp(scheme, "https") == 0 ?
	    ":443" : ":80") == 0)
		*port = '\0';
}

static bool
is_scheme(const char *address, size_t length)
{
	return (length == 5 && strncmp(address, "https", length) == 0) ||
	    (length == 4 && strncmp(address, "http", length) == 0);
}

bool
place_store_parse(struct place_store *s, const char *address,
    char why[static PLACE_WHY_BYTES])
{
	const char *colon = strstr(address, "://");

	*s = (struct place_store){ .style = PLACE_PATH };
	if (colon == NULL || !is_scheme(address, (size_t)(colon - address)))
		return fail(why, "is not an address; expected https://HOST or "
		    "http://HOST");
	const char *host = colon + 3;
	const size_t length = strcspn(host, "/");
	if (length == 0 || strcspn(host, "@?# \t") < strlen(host))
		return fail(why, "is not an address; expected a host, perhaps "
		    "a port and a path, and nothing else");
	s->scheme = strndup(address, (size_t)(colon - address));
	s->host = strndup(host, length);
	s->path = strdup(host + length);
	if (s->scheme == NULL || s->host == NULL || s->path == NULL)
		return fail(why, "cannot be used: out of memory");
	drop_usual_port(s->host, s->scheme);
	for (size_t n = strlen(s->path); n > 0 && s->path[n - 1] == '/'; n--)
		s->path[n - 1] = '\0';
	return true;
}

bool
place_store_aws(struct place_store *s, const char *region)
{
	*s = (struct place_store){ .style = PLACE_VIRTUAL };
	s->scheme = strdup("https");
	s->path = strdup("");
	if (asprintf(&s->host, "s3.%s.amazonaws.com%s", region,
	    strncmp(region, "cn-", 3) == 0 ? ".cn" : "") == -1)
		s->host = NULL;
	return s->scheme != NULL && s->path != NULL && s->host != NULL;
}

void
place_store_free(struct place_store *s)
{
	free(s->scheme);
	free(s->host);
	free(s->path);
	*s = (struct place_store){ 0 };
}

/* ----------------------------------------------------------------- the object */

bool
place_bucket_is_plain(const char *bucket)
{
	const size_t length = strlen(bucket);

	return length >= BUCKET_MIN && length <= BUCKET_MAX &&
	    strspn(bucket, SMALL "-") == length && bucket[0] != '-' &&
	    bucket[length - 1] != '-';
}

static bool
has_controls(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

bool
place_parse(struct place *p, const char *name,
    char why[static PLACE_WHY_BYTES])
{
	const size_t scheme = strlen(PLACE_SCHEME);

	*p = (struct place){ 0 };
	if (strncmp(name, PLACE_SCHEME, scheme) != 0)
		return fail(why, "is not the name of an object; expected "
		    "s3://BUCKET/KEY");
	const char *bucket = name + scheme;
	const char *slash = strchr(bucket, '/');
	if (slash == NULL || slash == bucket || slash[1] == '\0')
		return fail(why, "is not the name of an object; expected "
		    "s3://BUCKET/KEY");
	if (strlen(slash + 1) > PLACE_KEY_MAX)
		return fail(why, "is too long; a key has 1024 bytes at most");
	if (strcspn(bucket, "?#@: %\\") < (size_t)(slash - bucket) ||
	    has_controls(name))
		return fail(why, "has characters that no name of a bucket or "
		    "an object should have");
	p->name = strdup(name);
	p->bucket = strndup(bucket, (size_t)(slash - bucket));
	p->key = strdup(slash + 1);
	if (p->name == NULL || p->bucket == NULL || p->key == NULL)
		return fail(why, "cannot be used: out of memory");
	return true;
}

void
place_free(struct place *p)
{
	free(p->name);
	free(p->bucket);
	free(p->key);
	*p = (struct place){ 0 };
}

char *
place_host(const struct place_store *s, const struct place *p)
{
	char *host;

	if (s->style == PLACE_PATH)
		return strdup(s->host);
	return asprintf(&host, "%s.%s", p->bucket, s->host) == -1 ? NULL :
	    host;
}

char *
place_path(const struct place_store *s, const struct place *p,
    const char *key)
{
	char *encoded = sigv4_encode(key, "/");
	char *path;
	int length;

	if (encoded == NULL)
		return NULL;
	if (s->style == PLACE_PATH)
		length = asprintf(&path, "%s/%s%s%s", s->path, p->bucket,
		    *encoded == '\0' ? "" : "/", encoded);
	else
		length = asprintf(&path, "%s/%s", s->path, encoded);
	free(encoded);
	return length == -1 ? NULL : path;
}
