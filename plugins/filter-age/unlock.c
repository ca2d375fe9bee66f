/* SPDX-License-Identifier: BSD-3-Clause */
#include "unlock.h"

#include <string.h>

#include "bech32.h"
#include "crypt.h"
#include "secret.h"

#define PREFIX "AGE-SECRET-KEY-"
#define IDENTITIES_MAX 256
#define PASSPHRASE_MAX 1024

struct identities {
	uint8_t keys[IDENTITIES_MAX][X25519_KEY];
	size_t count;
};

/* For whom a header is. */
struct for_whom {
	size_t stanzas, x25519, scrypt;
};

/* -------------------------------------------------------------- passphrase */

bool
unlock_passphrase(const struct de_host *host, const char *option,
    const char *path, const struct key_file *file,
    struct passphrase *passphrase)
{
	const char *end = memchr(file->text, '\n', file->length);

	passphrase->text = file->text;
	passphrase->length = end == NULL ? file->length :
	    (size_t)(end - file->text);
	if (passphrase->length > 0 && passphrase->length <= PASSPHRASE_MAX)
		return true;
	host->report(host, DE_ERROR, "%s: %s: %s", option, path,
	    passphrase->length == 0 ? "its first line, which should be the "
	    "passphrase, is empty" : "its first line is longer than a "
	    "passphrase, which has 1024 bytes at most");
	return false;
}

static void
tell_scrypt(const struct de_host *host, const char *medium, const char *path,
    enum unwrapped result, unsigned int work)
{
	if (result == UNWRAPPED_NOT)
		host->report(host, DE_ERROR, "%s: the passphrase in %s is "
		    "wrong, or the header of the volume has been altered",
		    medium, path);
	else if (result == UNWRAPPED_FAILED)
		host->report(host, DE_ERROR, "%s: cannot derive a key from the "
		    "passphrase, which takes %u MiB of memory: %s", medium,
		    1u << (work < 10 ? 0 : work - 10), crypt_failure());
	else if (work > SCRYPT_WORK_MAX)
		host->report(host, DE_ERROR, "%s: its passphrase needs a work "
		    "factor of %u; at most %u is accepted", medium, work,
		    SCRYPT_WORK_MAX);
	else
		host->report(host, DE_ERROR, "%s: its age header is malformed",
		    medium);
}

static bool
by_passphrase(const struct de_host *host, const char *medium,
    const struct stanza *s, uint8_t file_key[static HEADER_FILE_KEY])
{
	const char *option = "passphrase_file";
	const char *path = host->get_string(host, option);
	struct passphrase passphrase;
	struct key_file file;
	unsigned int work;

	if (path == NULL)
		path = host->get_string(host, option = "identity");
	if (path == NULL) {
		host->report(host, DE_ERROR, "%s: it is encrypted by a "
		    "passphrase; give --key FILE, with the passphrase as first "
		    "line of FILE", medium);
		return false;
	}
	if (!key_file_read(&file, host, option, path, KEY_FILE_PASSPHRASE))
		return false;
	bool ok = unlock_passphrase(host, option, path, &file, &passphrase);
	if (ok) {
		const enum unwrapped result = scrypt_unwrap(s, &passphrase,
		    file_key, &work);
		ok = result == UNWRAPPED;
		if (!ok)
			tell_scrypt(host, medium, path, result, work);
	}
	key_file_free(&file);
	return ok;
}

/* -------------------------------------------------------------- identities */

static const char *
describe(const struct key_line *line)
{
	if (header_begins(line->text, line->length) || line->text[0] == '-')
		return "the file is encrypted itself, or an SSH key; expected "
		    "\"AGE-SECRET-KEY-1...\", as age-keygen makes it";
	return "not a secret key; expected \"AGE-SECRET-KEY-1...\", as "
	    "age-keygen makes it";
}

static const char *
add(struct identities *i, const struct key_line *line)
{
	if (i->count == IDENTITIES_MAX)
		return "there are more than 256 keys";
	if (!bech32_decode(line->text, line->length, PREFIX,
	    i->keys[i->count]))
		return describe(line);
	i->count++;
	return NULL;
}

static bool
load(struct identities *i, const struct de_host *host, const char *path)
{
	struct key_line line = { 0 };
	struct key_file file;
	const char *why = NULL;
	size_t at = 0;

	if (!key_file_read(&file, host, "identity", path, KEY_FILE_IDENTITIES))
		return false;
	while (why == NULL && key_file_next(&file, &at, &line))
		why = add(i, &line);
	if (why == NULL && i->count == 0)
		why = "there is no secret key in it";
	if (why != NULL)
		host->report(host, DE_ERROR, "identity: %s:%u: %s", path,
		    line.number, why);
	key_file_free(&file);
	return why == NULL;
}

/* Each of them on each stanza. */
static enum unwrapped
try_all(const struct identities *ids, const struct de_host *host,
    const struct header *header, uint8_t file_key[static HEADER_FILE_KEY])
{
	enum unwrapped result = UNWRAPPED_NOT;
	size_t at = header->first;
	struct stanza s;

	while (result == UNWRAPPED_NOT && header_next(header, &at, &s))
		for (size_t i = 0; result == UNWRAPPED_NOT &&
		    i < ids->count && word_is(&s.type, X25519_TYPE) &&
		    !host->cancelled(host); i++)
			result = x25519_unwrap(&s, ids->keys[i], file_key);
	return result;
}

static void
tell_x25519(const struct de_host *host, const char *medium, const char *path,
    enum unwrapped result)
{
	if (result == UNWRAPPED_NOT)
		host->report(host, DE_ERROR, "%s: no key in %s opens it: it is "
		    "encrypted for others, or its header has been altered",
		    medium, path);
	else if (result == UNWRAPPED_BAD)
		host->report(host, DE_ERROR, "%s: its age header is malformed",
		    medium);
	else
		host->report(host, DE_ERROR, "%s: cannot decrypt it: %s",
		    medium, crypt_failure());
}

static bool
by_identity(const struct de_host *host, const char *medium,
    const struct header *header, size_t recipients,
    uint8_t file_key[static HEADER_FILE_KEY])
{
	const char *path = host->get_string(host, "identity");
	enum unwrapped result = UNWRAPPED_NOT;

	if (path == NULL) {
		host->report(host, DE_ERROR, "%s: it is encrypted, and %zu "
		    "%s can open it; give one with --key FILE", medium,
		    recipients, recipients == 1 ? "key" : "keys");
		return false;
	}
	struct identities *ids = secret_new(sizeof(*ids));
	if (ids == NULL) {
		host->report(host, DE_ERROR, "%s: out of memory", medium);
		return false;
	}
	const bool ok = load(ids, host, path);
	if (ok) {
		result = try_all(ids, host, header, file_key);
		if (result != UNWRAPPED)
			tell_x25519(host, medium, path, result);
	}
	secret_free(ids, sizeof(*ids));
	return result == UNWRAPPED;
}

/* ------------------------------------------------------------------ either */

/* `s` receives the first stanza. */
static struct for_whom
look(const struct header *header, struct stanza *first)
{
	struct for_whom found = { 0, 0, 0 };
	size_t at = header->first;
	struct stanza s;

	for (; header_next(header, &at, &s); found.stanzas++) {
		if (found.stanzas == 0)
			*first = s;
		found.x25519 += word_is(&s.type, X25519_TYPE);
		found.scrypt += word_is(&s.type, SCRYPT_TYPE);
	}
	return found;
}

bool
unlock(const struct de_host *host, const char *medium,
    const struct header *header, uint8_t file_key[static HEADER_FILE_KEY])
{
	struct stanza first = { 0 };
	const struct for_whom found = look(header, &first);

	if (found.scrypt > 0 && found.stanzas > 1) {
		host->report(host, DE_ERROR, "%s: its age header is malformed: "
		    "a passphrase must be alone", medium);
		return false;
	}
	if (found.scrypt + found.x25519 == 0) {
		host->report(host, DE_ERROR, "%s: it is encrypted for keys of "
		    "kinds that only other programs know, such as \"%.*s\"",
		    medium, (int)(first.type.length < 40 ? first.type.length :
		    40), first.type.text);
		return false;
	}
	if (!(found.scrypt > 0 ? by_passphrase(host, medium, &first,
	    file_key) : by_identity(host, medium, header, found.x25519,
	    file_key)))
		return false;
	if (header_is_authentic(header, file_key))
		return true;
	host->report(host, DE_ERROR, "%s: its age header has been altered, or "
	    "is damaged", medium);
	return false;
}
