/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * utf8.h - which parts of a name are characters, and which are printable
 *
 * Names come from hostile filesystems, media and machines.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Length in bytes of the character at `text`, of which `left` bytes (at least
 * 1) exist; its code point is stored in *character.  Returns 0 if it is
 * invalid: truncated, overlong, a surrogate, or out of range.
 */
size_t utf8_character(const char *text, size_t left, uint32_t *character);

/*
 * Is the character safe to show?  Control characters, invisible characters,
 * line separators and changes of direction are not.
 */
bool utf8_is_printable(uint32_t character);

/* Replace invalid and unprintable characters by question marks. */
void utf8_make_printable(char *text, size_t length);

/*
 * The same text as valid UTF-8, reversibly: invalid bytes and backslashes
 * become \xNN.  The caller frees it; NULL if out of memory.
 */
char *utf8_escape(const char *text);

#endif
