/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crypt.h - the primitives of age, which are those of libcrypto
 *
 * Nothing but calls of libcrypto.  Each returns false if it cannot, for instance
 * out of memory or where the machine's policy forbids an algorithm;
 * crypt_failure() tells why.  Any thread; keeps nothing between calls.
 */
#ifndef FILTER_AGE_CRYPT_H
#define FILTER_AGE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPT_KEY 32
#define CRYPT_TAG 16			/* bytes that sealing adds */
#define CRYPT_NONCE 12

/* HKDF-SHA256. */
bool crypt_hkdf(const uint8_t *secret, size_t length, const uint8_t *salt,
    size_t salt_length, const char *info, uint8_t key[static CRYPT_KEY]);

/* HMAC-SHA256. */
bool crypt_hmac(const uint8_t key[static CRYPT_KEY], const void *bytes,
    size_t length, uint8_t mac[static 32]);

/* X25519.  False also for a point that has no secret result. */
bool crypt_x25519(const uint8_t secret[static 32],
    const uint8_t point[static 32], uint8_t shared[static 32]);
bool crypt_x25519_public(const uint8_t secret[static 32],
    uint8_t point[static 32]);

/* scrypt with N = 1 << log_n, r = 8, p = 1: 1 KiB << log_n of memory. */
bool crypt_scrypt(const void *passphrase, size_t length, const uint8_t *salt,
    size_t salt_length, unsigned int log_n, uint8_t key[static CRYPT_KEY]);

/* ChaCha20-Poly1305 with a key: for one thread at a time. */
struct crypt_cipher;
struct crypt_cipher *crypt_cipher_new(const uint8_t key[static CRYPT_KEY],
    bool is_sealing);
void crypt_cipher_free(struct crypt_cipher *cipher);	/* accepts NULL */

/* Fills length + CRYPT_TAG bytes. */
bool crypt_seal(struct crypt_cipher *cipher,
    const uint8_t nonce[static CRYPT_NONCE], const void *plain, size_t length,
    void *sealed);

/*
 * `length` includes the tag, and is at least CRYPT_TAG; fills that much less.
 * False if it is not authentic: then `plain` holds zeros.
 */
bool crypt_open(struct crypt_cipher *cipher,
    const uint8_t nonce[static CRYPT_NONCE], const void *sealed, size_t length,
    void *plain);

/* These with a key that is used once, and a nonce of zeros. */
bool crypt_seal_once(const uint8_t key[static CRYPT_KEY], const void *plain,
    size_t length, void *sealed);
bool crypt_open_once(const uint8_t key[static CRYPT_KEY], const void *sealed,
    size_t length, void *plain);

/* What libcrypto said last in this thread; never NULL. */
const char *crypt_failure(void);

#endif
