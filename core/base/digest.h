/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * digest.h - do two runs of bytes differ?
 *
 * XXH3 with 128 bits: made for finding damage, not forgery, and as fast as
 * memory, so that it never holds a drive up.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_TEXT_BYTES 33	/* 32 hexadecimal digits and a NUL */

struct digest;

/* Of nothing, at first.  Returns NULL if out of memory. */
struct digest *digest_new(void);
void digest_free(struct digest *d);

void digest_reset(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t length);
bool digest_same(const struct digest *a, const struct digest *b);
void digest_format(const struct digest *d, char text[static DIGEST_TEXT_BYTES]);

#endif
