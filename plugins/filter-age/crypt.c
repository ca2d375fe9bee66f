/* SPDX-License-Identifier: BSD-3-Clause */
#include "crypt.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* --------------------------------------------------------------- from keys */

static OSSL_PARAM
octets(const char *name, const void *bytes, size_t length)
{
	/* libcrypto reads it only, but takes no pointer to const. */
	union { const void *in; void *out; } u = { bytes };

	return OSSL_PARAM_construct_octet_string(name, u.out, length);
}

bool
crypt_hkdf(const uint8_t *secret, size_t length, const uint8_t *salt,
    size_t salt_length, const char *info, uint8_t key[static CRYPT_KEY])
{
	char digest[] = "SHA256";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest,
		    0),
		octets(OSSL_KDF_PARAM_KEY, secret, length),
		octets(OSSL_KDF_PARAM_SALT, salt, salt_length),
		octets(OSSL_KDF_PARAM_INFO, info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};
	const bool ok = context != NULL &&
	    EVP_KDF_derive(context, key, CRYPT_KEY, parameters) == 1;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return ok;
}

bool
crypt_hmac(const uint8_t key[static CRYPT_KEY], const void *bytes,
    size_t length, uint8_t mac[static 32])
{
	return HMAC(EVP_sha256(), key, CRYPT_KEY, bytes, length, mac, NULL) !=
	    NULL;
}

bool
crypt_x25519(const uint8_t secret[static 32], const uint8_t point[static 32],
    uint8_t shared[static 32])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    secret, 32);
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
	    point, 32);
	EVP_PKEY_CTX *context = own == NULL ? NULL :
	    EVP_PKEY_CTX_new(own, NULL);
	size_t length = 32;
	const bool ok = context != NULL && other != NULL &&
	    EVP_PKEY_derive_init(context) == 1 &&
	    EVP_PKEY_derive_set_peer(context, other) == 1 &&
	    EVP_PKEY_derive(context, shared, &length) == 1 && length == 32;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(other);
	EVP_PKEY_free(own);
	return ok;
}

bool
crypt_x25519_public(const uint8_t secret[static 32], uint8_t point[static 32])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    secret, 32);
	size_t length = 32;
	const bool ok = own != NULL &&
	    EVP_PKEY_get_raw_public_key(own, point, &length) == 1;

	EVP_PKEY_free(own);
	return ok;
}

bool
crypt_scrypt(const void *passphrase, size_t length, const uint8_t *salt,
    size_t salt_length, unsigned int log_n, uint8_t key[static CRYPT_KEY])
{
	const uint64_t n = UINT64_C(1) << log_n;

	return EVP_PBE_scrypt(passphrase, length, salt, salt_length, n, 8, 1,
	    n * 1024 + (UINT64_C(1) << 20), key, CRYPT_KEY) == 1;
}

/* ----------------------------------------------------------------- sealing */

struct crypt_cipher {
	EVP_CIPHER_CTX *context;
};

struct crypt_cipher *
crypt_cipher_new(const uint8_t key[static CRYPT_KEY], bool is_sealing)
{
	struct crypt_cipher *cipher = malloc(sizeof(*cipher));

	if (cipher == NULL)
		return NULL;
	cipher->context = EVP_CIPHER_CTX_new();
	if (cipher->context != NULL && EVP_CipherInit_ex(cipher->context,
	    EVP_chacha20_poly1305(), NULL, key, NULL, is_sealing) == 1)
		return cipher;
	crypt_cipher_free(cipher);
	return NULL;
}

void
crypt_cipher_free(struct crypt_cipher *cipher)
{
	if (cipher == NULL)
		return;
	EVP_CIPHER_CTX_free(cipher->context);
	free(cipher);
}

bool
crypt_seal(struct crypt_cipher *cipher,
    const uint8_t nonce[static CRYPT_NONCE], const void *plain, size_t length,
    void *sealed)
{
	EVP_CIPHER_CTX *c = cipher->context;
	uint8_t *out = sealed;
	int n = 0, rest = 0;

	return length <= INT_MAX &&
	    EVP_EncryptInit_ex(c, NULL, NULL, NULL, nonce) == 1 &&
	    (length == 0 ||
	    EVP_EncryptUpdate(c, out, &n, plain, (int)length) == 1) &&
	    EVP_EncryptFinal_ex(c, out + n, &rest) == 1 &&
	    n + rest == (int)length &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, CRYPT_TAG,
	    out + length) == 1;
}

bool
crypt_open(struct crypt_cipher *cipher,
    const uint8_t nonce[static CRYPT_NONCE], const void *sealed, size_t length,
    void *plain)
{
	EVP_CIPHER_CTX *c = cipher->context;
	uint8_t tag[CRYPT_TAG], *out = plain;
	int n = 0, rest = 0;

	length -= CRYPT_TAG;
	if (length > INT_MAX)
		return false;
	memcpy(tag, (const uint8_t *)sealed + length, sizeof(tag));
	const bool ok = EVP_DecryptInit_ex(c, NULL, NULL, NULL, nonce) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, CRYPT_TAG, tag) ==
	    1 && (length == 0 ||
	    EVP_DecryptUpdate(c, out, &n, sealed, (int)length) == 1) &&
	    EVP_DecryptFinal_ex(c, out + n, &rest) == 1 &&
	    n + rest == (int)length;
	if (!ok)
		OPENSSL_cleanse(plain, length);
	return ok;
}

static const uint8_t no_nonce[CRYPT_NONCE];

bool
crypt_seal_once(const uint8_t key[static CRYPT_KEY], const void *plain,
    size_t length, void *sealed)
{
	struct crypt_cipher *cipher = crypt_cipher_new(key, true);
	const bool ok = cipher != NULL &&
	    crypt_seal(cipher, no_nonce, plain, length, sealed);

	crypt_cipher_free(cipher);
	return ok;
}

bool
crypt_open_once(const uint8_t key[static CRYPT_KEY], const void *sealed,
    size_t length, void *plain)
{
	struct crypt_cipher *cipher = crypt_cipher_new(key, false);
	const bool ok = cipher != NULL &&
	    crypt_open(cipher, no_nonce, sealed, length, plain);

	crypt_cipher_free(cipher);
	return ok;
}

const char *
crypt_failure(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return text == NULL ? "libcrypto failed" : text;
}
