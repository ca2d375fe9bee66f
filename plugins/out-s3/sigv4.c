/* SPDX-License-Identifier: BSD-3-Clause */
#include "sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHA256_BYTES 32
#define ALGORITHM "AWS4-HMAC-SHA256"
#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-._~"
#define DAY_LENGTH 8		/* of x-amz-date */

/* ----------------------------------------------------------------- encoding */

void
sigv4_time(int64_t when, char text[static SIGV4_TIME_BYTES])
{
	const time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, SIGV4_TIME_BYTES, "%Y%m%dT%H%M%SZ", &tm) == 0)
		memcpy(text, "19700101T000000Z", SIGV4_TIME_BYTES);
}

static void
put_hex(const uint8_t digest[static SHA256_BYTES],
    char text[static SIGV4_DIGEST_BYTES])
{
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

int
sigv4_digest(const void *bytes, size_t length,
    char text[static SIGV4_DIGEST_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) != 1)
		return -1;
	put_hex(digest, text);
	return 0;
}

static void
put_encoded(FILE *out, const char *text, const char *kept)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr(UNRESERVED, *p) != NULL || strchr(kept, *p) != NULL)
			fputc(*p, out);
		else
			fprintf(out, "%%%02X", (unsigned int)(uint8_t)*p);
	}
}

/* Close what open_memstream() has opened.  NULL if out of memory. */
static char *
finish(FILE *out, char **text)
{
	if (fclose(out) == 0)
		return *text;
	free(*text);
	return NULL;
}

char *
sigv4_encode(const char *text, const char *kept)
{
	char *encoded = NULL;
	size_t size;
	FILE *out = open_memstream(&encoded, &size);

	if (out == NULL)
		return NULL;
	put_encoded(out, text, kept);
	return finish(out, &encoded);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *
encode_pair(const struct sigv4_pair *pair)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	put_encoded(out, pair->name, "");
	fputc('=', out);
	put_encoded(out, pair->value, "");
	return finish(out, &text);
}

static char *
join(char *const *texts, size_t count)
{
	char *joined = NULL;
	size_t size;
	FILE *out = open_memstream(&joined, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : "&", texts[i]);
	return finish(out, &joined);
}

char *
sigv4_query(const struct sigv4_pair *query, size_t count)
{
	char **texts = calloc(count + 1, sizeof(*texts));
	char *joined = NULL;
	size_t made = 0;

	if (texts == NULL)
		return NULL;
	while (made < count && (texts[made] = encode_pair(&query[made])) !=
	    NULL)
		made++;
	if (made == count) {
		qsort(texts, count, sizeof(*texts), compare_texts);
		joined = join(texts, count);
	}
	for (size_t i = 0; i < made; i++)
		free(texts[i]);
	free(texts);
	return joined;
}

/* ------------------------------------------------------------------ signing */

static int
compare_pairs(const void *a, const void *b)
{
	return strcmp(((const struct sigv4_pair *)a)->name,
	    ((const struct sigv4_pair *)b)->name);
}

/* Without blanks around it, and with single ones in it. */
static void
put_value(FILE *out, const char *value)
{
	const char *blank = "";

	value += strspn(value, " \t");
	while (*value != '\0') {
		const size_t word = strcspn(value, " \t");
		fprintf(out, "%s%.*s", blank, (int)word, value);
		value += word;
		value += strspn(value, " \t");
		blank = " ";
	}
}

static void
put_names(FILE *out, const struct sigv4_pair *headers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ";", headers[i].name);
}

/* The canonical request; `headers` are sorted. */
static char *
canonical(const struct sigv4_request *r, const struct sigv4_pair *headers)
{
	char *query = sigv4_query(r->query, r->query_count);
	char *text = NULL;
	size_t size;
	FILE *out = query == NULL ? NULL : open_memstream(&text, &size);

	if (out != NULL) {
		fprintf(out, "%s\n%s\n%s\n", r->method, r->path, query);
		for (size_t i = 0; i < r->header_count; i++) {
			fprintf(out, "%s:", headers[i].name);
			put_value(out, headers[i].value);
			fputc('\n', out);
		}
		fputc('\n', out);
		put_names(out, headers, r->header_count);
		fprintf(out, "\n%s", r->payload);
		text = finish(out, &text);
	}
	free(query);
	return text;
}

static bool
mac(const uint8_t *key, size_t key_length, const char *text,
    uint8_t result[static SHA256_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	const bool ok = HMAC(EVP_sha256(), key, (int)key_length,
	    (const uint8_t *)text, strlen(text), digest, NULL) != NULL;

	if (ok)
		memcpy(result, digest, SHA256_BYTES);
	OPENSSL_cleanse(digest, sizeof(digest));
	return ok;
}

/* The key of that day, region and service. */
static bool
derive(const struct sigv4_signer *s, uint8_t key[static SHA256_BYTES])
{
	char day[DAY_LENGTH + 1];
	char *secret;
	const int length = asprintf(&secret, "AWS4%s", s->secret);

	if (length == -1)
		return false;
	snprintf(day, sizeof(day), "%s", s->time);
	const bool ok = mac((const uint8_t *)secret, (size_t)length, day,
	    key) && mac(key, SHA256_BYTES, s->region, key) &&
	    mac(key, SHA256_BYTES, s->service, key) &&
	    mac(key, SHA256_BYTES, "aws4_request", key);
	OPENSSL_cleanse(secret, (size_t)length);
	free(secret);
	return ok;
}

static bool
sign(const struct sigv4_signer *s, const char *scope, const char *request,
    char signature[static SIGV4_DIGEST_BYTES])
{
	uint8_t key[SHA256_BYTES], digest[SHA256_BYTES];
	char hash[SIGV4_DIGEST_BYTES];
	char *text = NULL;
	bool ok = sigv4_digest(request, strlen(request), hash) == 0 &&
	    asprintf(&text, ALGORITHM "\n%s\n%s\n%s", s->time, scope,
	    hash) != -1;

	if (!ok)
		return false;
	ok = derive(s, key) && mac(key, sizeof(key), text, digest);
	if (ok)
		put_hex(digest, signature);
	OPENSSL_cleanse(key, sizeof(key));
	free(text);
	return ok;
}

static char *
authorize(const struct sigv4_signer *s, const char *request,
    const struct sigv4_pair *headers, size_t count)
{
	char signature[SIGV4_DIGEST_BYTES];
	char *scope = NULL, *text = NULL;
	size_t size;

	if (asprintf(&scope, "%.*s/%s/%s/aws4_request", DAY_LENGTH, s->time,
	    s->region, s->service) == -1)
		return NULL;
	FILE *out = sign(s, scope, request, signature) ?
	    open_memstream(&text, &size) : NULL;
	if (out != NULL) {
		fprintf(out, ALGORITHM " Credential=%s/%s,SignedHeaders=",
		    s->key_id, scope);
		put_names(out, headers, count);
		fprintf(out, ",Signature=%s", signature);
		text = finish(out, &text);
	}
	free(scope);
	return text;
}

char *
sigv4_authorization(const struct sigv4_request *r,
    const struct sigv4_signer *signer)
{
	struct sigv4_pair *headers = calloc(r->header_count + 1,
	    sizeof(*headers));
	char *request = NULL, *text = NULL;

	if (headers == NULL)
		return NULL;
	for (size_t i = 0; i < r->header_count; i++)
		headers[i] = r->headers[i];
	qsort(headers, r->header_count, sizeof(*headers), compare_pairs);
	request = canonical(r, headers);
	if (request != NULL)
		text = authorize(signer, request, headers, r->header_count);
	free(request);
	free(headers);
	return text;
}
