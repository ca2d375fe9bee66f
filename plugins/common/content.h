/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content.h - identify foreign data on a medium by its first block
 *
 * For anything but a dump volume.  The block is untrusted: nothing beyond its
 * length is read, and its text cannot harm a terminal.
 */
#ifndef PLUGINS_COMMON_CONTENT_H
#define PLUGINS_COMMON_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#define CONTENT_BYTES 160

/* A phrase such as: an Amanda tape, "DAILY-03". */
void content_describe(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES]);

/*
 * A hash of the block, never 0; different for other contents in all likelihood.
 */
uint64_t content_mark(const uint8_t *block, size_t length);

#endif
