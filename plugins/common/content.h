/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content.h - whose data a medium holds, as far as its first block tells
 *
 * For what is no volume of a dump.  The block comes from anybody: nothing is
 * read beyond its length, and no text of it harms a terminal.
 */
#ifndef PLUGINS_COMMON_CONTENT_H
#define PLUGINS_COMMON_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#define CONTENT_BYTES 160

/* A phrase, as: a tape of Amanda, "DAILY-03". */
void content_describe(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES]);

/* A number that is another one for other bytes, most likely; never 0. */
uint64_t content_mark(const uint8_t *block, size_t length);

#endif
