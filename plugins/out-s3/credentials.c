/* SPDX-License-Identifier: BSD-3-Clause */
#include "credentials.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
wipe(char *text)
{
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

void
credentials_free(struct credentials *c)
{
	wipe(c->key_id);
	wipe(c->secret);
	wipe(c->token);
	*c = (struct credentials){ 0 };
}

bool
credentials_set(struct credentials *c, const char *key_id, const char *secret,
    const char *token)
{
	const bool has_token = token != NULL && *token != '\0';

	*c = (struct credentials){
		.key_id = strdup(key_id),
		.secret = strdup(secret),
		.token = has_token ? strdup(token) : NULL,
	};
	if (c->key_id != NULL && c->secret != NULL &&
	    (c->token != NULL || !has_token))
		return true;
	credentials_free(c);
	return false;
}

bool
credentials_copy(struct credentials *to, const struct credentials *from)
{
	if (!credentials_set(to, from->key_id, from->secret, from->token))
		return false;
	to->expires = from->expires;
	return true;
}

/* ------------------------------------------------------------------- as JSON */

/* They become part of a header. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool
parse_time(const char *text, int64_t *when)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	*when = end == NULL ? 0 : (int64_t)timegm(&tm);
	return end != NULL;
}

static const char *
take(const json_t *o, const char *key, const char *other_key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL && other_key != NULL ?
	    json_string_value(json_object_get(o, other_key)) : text;
}

static const char *
parse(struct credentials *c, const json_t *o)
{
	const char *key_id = take(o, "AccessKeyId", NULL);
	const char *secret = take(o, "SecretAccessKey", NULL);
	const char *token = take(o, "SessionToken", "Token");
	const char *expires = take(o, "Expiration", NULL);
	int64_t when = 0;

	if (key_id == NULL || secret == NULL)
		return "has no AccessKeyId or no SecretAccessKey";
	if (!is_plain(key_id) || (token != NULL && !is_plain(token)))
		return "has a key with blanks in it";
	if (expires != NULL && !parse_time(expires, &when))
		return "has an Expiration that is no date";
	if (!credentials_set(c, key_id, secret, token))
		return "cannot be kept: out of memory";
	c->expires = when;
	return NULL;
}

bool
credentials_parse(struct credentials *c, const char *json, size_t length,
    char why[static CREDENTIALS_WHY_BYTES])
{
	json_error_t error;
	json_t *o = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	const char *phrase = !json_is_object(o) ? "is not a JSON object" :
	    parse(c, o);

	json_decref(o);
	if (phrase != NULL)
		snprintf(why, CREDENTIALS_WHY_BYTES, "%s", phrase);
	return phrase == NULL;
}
