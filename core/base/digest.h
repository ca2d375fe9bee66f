/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * digest.h - XXH3 digests, of 128 bits and of 64
 *
 * Detects damage, not forgery.  Runs at memory speed, so it never slows a drive
 * down.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_STORED_BYTES 16		/* canonical: the highest first */
#define DIGEST_TEXT_BYTES 33	/* 32 hexadecimal digits and a NUL */

/* The one of 64 bits, of everything at once. */
uint64_t digest_64(const void *bytes, size_t length);

/*
 * The one of 128 bits, of the beginning of something long: of its first
 * DIGEST_HEAD_BYTES, or all of it.
 */
#define DIGEST_HEAD_BYTES 1024
void digest_head(const void *bytes, size_t length,
    char text[static DIGEST_TEXT_BYTES]);

struct digest;

/* An empty digest.  Returns NULL if out of memory. */
struct digest *digest_new(void);
void digest_free(struct digest *d);

void digest_reset(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t length);
bool digest_same(const struct digest *a, const struct digest *b);
void digest_format(const struct digest *d, char text[static DIGEST_TEXT_BYTES]);
void digest_store(const struct digest *d, uint8_t bytes[static DIGEST_STORED_BYTES]);

#endif
