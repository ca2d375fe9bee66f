/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * payload.h - the encrypted bytes behind a header, in chunks
 *
 * Each chunk of 64 KiB is sealed by itself, with its number and whether it is
 * the last one.  The last one may be shorter, but only the first one can be
 * empty.
 *
 * Keeps nothing between calls.
 */
#ifndef FILTER_AGE_PAYLOAD_H
#define FILTER_AGE_PAYLOAD_H

#include "crypt.h"

#define PAYLOAD_NONCE 16		/* bytes between header and chunks */
#define PAYLOAD_CHUNK ((size_t)64 << 10)
#define PAYLOAD_SEALED (PAYLOAD_CHUNK + CRYPT_TAG)

/* Bytes that so many plain ones become. */
#define PAYLOAD_LENGTH(plain) \
	((plain) + ((plain) + PAYLOAD_CHUNK - 1) / PAYLOAD_CHUNK * CRYPT_TAG)

bool payload_key(const uint8_t *file_key, size_t length,
    const uint8_t nonce[static PAYLOAD_NONCE], uint8_t key[static CRYPT_KEY]);

/*
 * Seal whole chunks, of which the first has this number; with `is_last`, the
 * last one may be shorter.  Fills PAYLOAD_LENGTH(length) bytes.
 */
bool payload_seal(struct crypt_cipher *cipher, uint64_t number, bool is_last,
    const void *plain, size_t length, void *sealed);

/* Like crypt_open(). */
bool payload_open(struct crypt_cipher *cipher, uint64_t number, bool is_last,
    const void *sealed, size_t length, void *plain);

#endif
