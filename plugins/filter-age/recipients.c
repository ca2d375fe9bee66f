/* SPDX-License-Identifier: BSD-3-Clause */
#include "recipients.h"

#include <stdlib.h>
#include <string.h>

#include "bech32.h"
#include "key_file.h"

#define PREFIX "age"

/* Why a text is no recipient. */
static const char *
describe(const char *text, size_t length)
{
	static const char secret[] = "AGE-SECRET-KEY-";

	if (length >= sizeof(secret) - 1 &&
	    memcmp(text, secret, sizeof(secret) - 1) == 0)
		return "this is a secret key, which does not belong here; put "
		    "its public key there, which age-keygen -y tells";
	if (length >= 4 && memcmp(text, "ssh-", 4) == 0)
		return "SSH keys are not supported; make a key with age-keygen";
	return "not a public key; expected \"age1...\", as age-keygen -y tells "
	    "it";
}

static const char *
add(struct recipients *r, const char *text, size_t length)
{
	if (r->count == RECIPIENTS_MAX)
		return "there are more than 512 recipients";
	if (!bech32_decode(text, length, PREFIX, r->keys[r->count]))
		return describe(text, length);
	r->count++;
	return NULL;
}

static bool
add_listed(struct recipients *r, const struct de_host *host)
{
	const char *const *items;
	const size_t count = host->get_strings(host, "recipients", &items);

	for (size_t i = 0; i < count; i++) {
		const char *why = add(r, items[i], strlen(items[i]));
		if (why == NULL)
			continue;
		host->report(host, DE_ERROR, "recipients: element %zu: %s",
		    i + 1, why);
		return false;
	}
	return true;
}

static bool
add_file(struct recipients *r, const struct de_host *host)
{
	const char *path = host->get_string(host, "recipients_file");
	struct key_line line = { 0 };
	struct key_file file;
	size_t at = 0;
	bool ok = true;

	if (path == NULL)
		return true;
	if (!key_file_read(&file, host, "recipients_file", path,
	    KEY_FILE_RECIPIENTS))
		return false;
	const size_t before = r->count;
	while (ok && key_file_next(&file, &at, &line)) {
		const char *why = add(r, line.text, line.length);
		ok = why == NULL;
		if (!ok)
			host->report(host, DE_ERROR, "recipients_file: %s:%u: "
			    "%s", path, line.number, why);
	}
	if (ok && r->count == before) {
		host->report(host, DE_ERROR, "recipients_file: %s: has no "
		    "public key", path);
		ok = false;
	}
	key_file_free(&file);
	return ok;
}

bool
recipients_load(struct recipients *r, const struct de_host *host)
{
	r->count = 0;
	r->keys = calloc(RECIPIENTS_MAX, sizeof(*r->keys));
	if (r->keys == NULL) {
		host->report(host, DE_ERROR, "filter-age: out of memory");
		return false;
	}
	return add_listed(r, host) && add_file(r, host);
}

void
recipients_free(struct recipients *r)
{
	free(r->keys);
	*r = (struct recipients){ NULL, 0 };
}
