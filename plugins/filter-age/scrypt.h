/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * scrypt.h - the file key, for those who know a passphrase
 *
 * A header with such a stanza has no other.  Keeps nothing between calls.
 */
#ifndef FILTER_AGE_SCRYPT_H
#define FILTER_AGE_SCRYPT_H

#include "x25519.h"

#define SCRYPT_TYPE "scrypt"

/*
 * The work factor is the logarithm of the work: 1 KiB << factor is also the
 * memory needed.  A header that asks for more than the maximum is refused.
 */
#define SCRYPT_WORK_MIN 10
#define SCRYPT_WORK_MAX 20

struct passphrase {
	const char *text;		/* borrowed */
	size_t length;
};

/* False if libcrypto fails. */
bool scrypt_wrap(struct header_writer *w, const struct passphrase *passphrase,
    unsigned int work, const uint8_t file_key[static HEADER_FILE_KEY]);

/*
 * UNWRAPPED_BAD also if it asks for too much work; *work receives how much, 0 if
 * it cannot be told.
 */
enum unwrapped scrypt_unwrap(const struct stanza *s,
    const struct passphrase *passphrase,
    uint8_t file_key[static HEADER_FILE_KEY], unsigned int *work);

#endif
