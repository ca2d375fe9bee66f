/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * x25519.h - the file key, for the owner of an X25519 key
 *
 * Keeps nothing between calls.
 */
#ifndef FILTER_AGE_X25519_H
#define FILTER_AGE_X25519_H

#include "header.h"

#define X25519_KEY 32
#define X25519_TYPE "X25519"

/* What comes of looking for the file key in a stanza. */
enum unwrapped {
	UNWRAPPED,
	UNWRAPPED_NOT,		/* it is for another key */
	UNWRAPPED_BAD,		/* the stanza is malformed */
	UNWRAPPED_FAILED	/* libcrypto failed: crypt_failure() */
};

/* For the recipient.  False if libcrypto fails, as with an unfit recipient. */
bool x25519_wrap(struct header_writer *w,
    const uint8_t recipient[static X25519_KEY],
    const uint8_t file_key[static HEADER_FILE_KEY]);

/* By the secret key that is the identity. */
enum unwrapped x25519_unwrap(const struct stanza *s,
    const uint8_t identity[static X25519_KEY],
    uint8_t file_key[static HEADER_FILE_KEY]);

#endif
