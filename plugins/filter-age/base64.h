/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * base64.h - bytes as text, as headers of age have them: without padding
 *
 * Decoding is strict: each text has one meaning, and each meaning one text.
 * Keeps nothing between calls.
 */
#ifndef FILTER_AGE_BASE64_H
#define FILTER_AGE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters that so many bytes become. */
#define BASE64_LENGTH(bytes) (((bytes) * 8 + 5) / 6)

/* Not terminated. */
void base64_encode(const uint8_t *bytes, size_t length, char *text);

/*
 * False if it is not the text of any bytes.  *count receives their number;
 * `bytes` has room for length * 3 / 4 of them.
 */
bool base64_decode(const char *text, size_t length, uint8_t *bytes,
    size_t *count);

#endif
