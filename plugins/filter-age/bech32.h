/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bech32.h - keys as text: age1... and AGE-SECRET-KEY-1...
 *
 * As in BIP 173, for 32 bytes.  Keeps nothing between calls.
 */
#ifndef FILTER_AGE_BECH32_H
#define FILTER_AGE_BECH32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BECH32_BYTES 32

/*
 * Decode a text of `length` characters, which must begin with `prefix` and "1",
 * and be in the case of the prefix.  False if it is anything else.
 */
bool bech32_decode(const char *text, size_t length, const char *prefix,
    uint8_t bytes[static BECH32_BYTES]);

#endif
