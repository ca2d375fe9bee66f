/* SPDX-License-Identifier: BSD-3-Clause */
#include "scrypt.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base64.h"
#include "crypt.h"
#include "secret.h"

#define INFO "age-encryption.org/v1/scrypt"
#define INFO_BYTES (sizeof(INFO) - 1)
#define SALT 16
#define SALT_TEXT BASE64_LENGTH(SALT)
#define BODY (HEADER_FILE_KEY + CRYPT_TAG)

/* The key that the file key is sealed with. */
static bool
make_key(const struct passphrase *passphrase, const uint8_t salt[static SALT],
    unsigned int work, uint8_t key[static CRYPT_KEY])
{
	uint8_t labelled[INFO_BYTES + SALT];

	memcpy(labelled, INFO, INFO_BYTES);
	memcpy(labelled + INFO_BYTES, salt, SALT);
	return crypt_scrypt(passphrase->text, passphrase->length, labelled,
	    sizeof(labelled), work, key);
}

bool
scrypt_wrap(struct header_writer *w, const struct passphrase *passphrase,
    unsigned int work, const uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t salt[SALT], key[CRYPT_KEY], body[BODY];
	char text[SALT_TEXT], words[64];
	const bool ok = secret_random(salt, sizeof(salt)) &&
	    make_key(passphrase, salt, work, key) &&
	    crypt_seal_once(key, file_key, HEADER_FILE_KEY, body);

	OPENSSL_cleanse(key, sizeof(key));
	if (!ok)
		return false;
	base64_encode(salt, sizeof(salt), text);
	snprintf(words, sizeof(words), SCRYPT_TYPE " %.*s %u", (int)SALT_TEXT,
	    text, work);
	header_put_stanza(w, words, body, sizeof(body));
	return true;
}

/* One or two digits, the first not 0; 0: anything else. */
static unsigned int
parse_work(const struct word *word)
{
	unsigned int work = 0;

	if (word->length == 0 || word->length > 2 || word->text[0] == '0')
		return 0;
	for (size_t i = 0; i < word->length; i++) {
		if (word->text[i] < '0' || word->text[i] > '9')
			return 0;
		work = work * 10 + (unsigned int)(word->text[i] - '0');
	}
	return work;
}

static bool
parse(const struct stanza *s, uint8_t salt[static SALT], unsigned int *work)
{
	size_t count;

	if (s->count != 2 || s->arguments[0].length != SALT_TEXT ||
	    !base64_decode(s->arguments[0].text, SALT_TEXT, salt, &count) ||
	    s->length != BODY)
		return false;
	*work = parse_work(&s->arguments[1]);
	return *work > 0 && *work <= SCRYPT_WORK_MAX;
}

enum unwrapped
scrypt_unwrap(const struct stanza *s, const struct passphrase *passphrase,
    uint8_t file_key[static HEADER_FILE_KEY], unsigned int *work)
{
	uint8_t salt[SALT], key[CRYPT_KEY];

	*work = 0;
	if (!parse(s, salt, work))
		return UNWRAPPED_BAD;
	if (!make_key(passphrase, salt, *work, key))
		return UNWRAPPED_FAILED;
	const bool ok = crypt_open_once(key, s->body, BODY, file_key);
	OPENSSL_cleanse(key, sizeof(key));
	return ok ? UNWRAPPED : UNWRAPPED_NOT;
}
