/* SPDX-License-Identifier: BSD-3-Clause */
#include "imds.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 2000L
#define ANSWER_MS 5000L
#define ANSWER_BYTES 16384
#define TOKEN_PATH "/latest/api/token"
#define ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define TOKEN_HEADER "X-aws-ec2-metadata-token"

struct asking {
	CURL *curl;
	const char *address;		/* borrowed */
	struct curl_slist *headers;	/* owned */
	char *body;			/* owned; ends with a NUL */
	size_t length;
	char *why;			/* borrowed */
};

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct asking *a = arg;
	const size_t length = size * count;

	if (length >= ANSWER_BYTES - a->length)
		return 0;
	memcpy(a->body + a->length, bytes, length);
	a->length += length;
	a->body[a->length] = '\0';
	return length;
}

static bool
set_header(struct asking *a, const char *name, const char *value)
{
	char *text = NULL;

	curl_slist_free_all(a->headers);
	a->headers = NULL;
	if (asprintf(&text, "%s: %s", name, value) != -1)
		a->headers = curl_slist_append(NULL, text);
	free(text);
	return a->headers != NULL &&
	    curl_easy_setopt(a->curl, CURLOPT_HTTPHEADER, a->headers) ==
	    CURLE_OK;
}

/* The answer is then the body. */
static bool
ask(struct asking *a, const char *method, const char *path, const char *name)
{
	char *url = NULL;
	long status = 0;

	if (asprintf(&url, "%s%s%s", a->address, path, name) == -1)
		return false;
	a->length = 0;
	a->body[0] = '\0';
	curl_easy_setopt(a->curl, CURLOPT_URL, url);
	curl_easy_setopt(a->curl, CURLOPT_CUSTOMREQUEST, method);
	const CURLcode code = curl_easy_perform(a->curl);
	free(url);
	curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == 200)
		return true;
	if (code == CURLE_OK)
		snprintf(a->why, CREDENTIALS_WHY_BYTES, "answers with status "
		    "%ld", status);
	else
		snprintf(a->why, CREDENTIALS_WHY_BYTES, "does not answer: %s",
		    curl_easy_strerror(code));
	return false;
}

static bool
ask_all(struct asking *a, struct credentials *c)
{
	char phrase[CREDENTIALS_WHY_BYTES];

	if (!set_header(a, TOKEN_HEADER "-ttl-seconds", "21600") ||
	    !ask(a, "PUT", TOKEN_PATH, "") ||
	    strpbrk(a->body, " \r\n") != NULL ||
	    !set_header(a, TOKEN_HEADER, a->body) ||
	    !ask(a, "GET", ROLE_PATH, ""))
		return false;
	a->body[strcspn(a->body, "\r\n")] = '\0';
	char *role = strdup(a->body);
	const bool asked = role != NULL && ask(a, "GET", ROLE_PATH, role);
	free(role);
	if (!asked || credentials_parse(c, a->body, a->length, phrase))
		return asked;
	snprintf(a->why, CREDENTIALS_WHY_BYTES, "sends text that %.200s",
	    phrase);
	return false;
}

static void
set_options(struct asking *a)
{
	curl_easy_setopt(a->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(a->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(a->curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(a->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(a->curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
	curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, a);
}

bool
imds_ask(struct credentials *c, const char *address,
    char why[static CREDENTIALS_WHY_BYTES])
{
	struct asking a = { .address = address, .why = why };
	bool ok = false;

	snprintf(why, CREDENTIALS_WHY_BYTES, "cannot be asked");
	a.curl = curl_easy_init();
	a.body = malloc(ANSWER_BYTES);
	if (a.curl != NULL && a.body != NULL) {
		set_options(&a);
		ok = ask_all(&a, c);
	}
	curl_easy_cleanup(a.curl);
	curl_slist_free_all(a.headers);
	if (a.body != NULL)
		OPENSSL_cleanse(a.body, ANSWER_BYTES);
	free(a.body);
	return ok;
}
