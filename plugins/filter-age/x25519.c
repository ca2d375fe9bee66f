/* SPDX-License-Identifier: BSD-3-Clause */
#include "x25519.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base64.h"
#include "crypt.h"
#include "secret.h"

#define INFO "age-encryption.org/v1/X25519"
#define SHARE_TEXT BASE64_LENGTH(X25519_KEY)
#define BODY (HEADER_FILE_KEY + CRYPT_TAG)

/* The key that the file key is sealed with. */
static bool
make_key(const uint8_t secret[static X25519_KEY],
    const uint8_t point[static X25519_KEY],
    const uint8_t share[static X25519_KEY],
    const uint8_t recipient[static X25519_KEY], uint8_t key[static CRYPT_KEY])
{
	uint8_t shared[X25519_KEY], salt[2 * X25519_KEY];

	memcpy(salt, share, X25519_KEY);
	memcpy(salt + X25519_KEY, recipient, X25519_KEY);
	const bool ok = crypt_x25519(secret, point, shared) &&
	    crypt_hkdf(shared, sizeof(shared), salt, sizeof(salt), INFO, key);
	OPENSSL_cleanse(shared, sizeof(shared));
	return ok;
}

static void
put_stanza(struct header_writer *w, const uint8_t share[static X25519_KEY],
    const uint8_t body[static BODY])
{
	char text[SHARE_TEXT], words[sizeof(X25519_TYPE) + SHARE_TEXT + 1];

	base64_encode(share, X25519_KEY, text);
	snprintf(words, sizeof(words), X25519_TYPE " %.*s", (int)SHARE_TEXT,
	    text);
	header_put_stanza(w, words, body, BODY);
}

bool
x25519_wrap(struct header_writer *w,
    const uint8_t recipient[static X25519_KEY],
    const uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t secret[X25519_KEY], share[X25519_KEY], key[CRYPT_KEY];
	uint8_t body[BODY];
	const bool ok = secret_random(secret, sizeof(secret)) &&
	    crypt_x25519_public(secret, share) &&
	    make_key(secret, recipient, share, recipient, key) &&
	    crypt_seal_once(key, file_key, HEADER_FILE_KEY, body);

	if (ok)
		put_stanza(w, share, body);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(key, sizeof(key));
	return ok;
}

static bool
parse(const struct stanza *s, uint8_t share[static X25519_KEY])
{
	size_t count;

	return s->count == 1 && s->arguments[0].length == SHARE_TEXT &&
	    base64_decode(s->arguments[0].text, SHARE_TEXT, share, &count) &&
	    s->length == BODY;
}

enum unwrapped
x25519_unwrap(const struct stanza *s,
    const uint8_t identity[static X25519_KEY],
    uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t share[X25519_KEY], recipient[X25519_KEY], key[CRYPT_KEY];
	enum unwrapped result = UNWRAPPED_NOT;

	if (!parse(s, share))
		return UNWRAPPED_BAD;
	if (!crypt_x25519_public(identity, recipient))
		return UNWRAPPED_FAILED;
	/* This fails for shares that no sound program makes. */
	if (!make_key(identity, share, share, recipient, key))
		result = UNWRAPPED_BAD;
	else if (crypt_open_once(key, s->body, BODY, file_key))
		result = UNWRAPPED;
	OPENSSL_cleanse(key, sizeof(key));
	return result;
}
