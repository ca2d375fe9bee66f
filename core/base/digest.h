/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * digest.h - 128-bit XXH3 digest
 *
 * Detects damage, not forgery.  Runs at memory speed, so it never slows a drive
 * down.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_TEXT_BYTES 33	/* 32 hexadecimal digits and a NUL */

struct digest;

/* An empty digest.  Returns NULL if out of memory. */
struct digest *digest_new(void);
void digest_free(struct digest *d);

void digest_reset(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t length);
bool digest_same(const struct digest *a, const struct digest *b);
void digest_format(const struct digest *d, char text[static DIGEST_TEXT_BYTES]);

#endif
