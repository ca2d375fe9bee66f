/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lzo1x.h - decompression of LZO1X
 *
 * A decoder of our own, because the library's licence does not fit.  The format
 * is in doc/stream-format.md, "LZO1X".
 */
#ifndef CORE_LZO1X_H
#define CORE_LZO1X_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fill `out` with the data of a whole stream, and *length with its size.
 * False: it is damaged, or more than `room` bytes.
 */
bool lzo1x_decompress(const uint8_t *in, size_t size, uint8_t *out,
    size_t room, size_t *length);

#endif
