/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * utf8.h - what of a name is a character, and what may be shown
 *
 * Names come from hostile filesystems, media and machines.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the character at `text`, of which `left` (at least 1) are there, and
 * its number in *character.  Returns 0 if it is none: cut short, longer than it
 * need be, a half of a pair, or beyond the last one.
 */
size_t utf8_character(const char *text, size_t left, uint32_t *character);

/*
 * Can it be shown as what it is?  Not so control characters, what turns the
 * direction of a line, separates lines, or cannot be seen at all.
 */
bool utf8_is_printable(uint32_t character);

/* Put question marks in place of what is none or cannot be shown. */
void utf8_make_printable(char *text, size_t length);

/*
 * The same text in valid UTF-8, from which it can be got back: bytes that are
 * no character, and backslashes, are \xNN.  To be freed; NULL if out of memory.
 */
char *utf8_escape(const char *text);

#endif
