/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * words.h - a command line as words
 *
 * Blanks separate words; quotes and backslashes take away the meaning of what
 * follows.  A word is a pattern of fnmatch(3): what was quoted has a backslash
 * before it, except slashes, which always part a path.
 */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	char **items;		/* owned */
	size_t count;
};

/* Returns false if out of memory.  An open quote ends with the line. */
bool words_split(const char *line, struct words *words);
void words_free(struct words *words);

/* Does it stand for more than itself? */
bool words_is_pattern(const char *word);

/* Take the backslashes out, in place. */
void words_unescape(char *word);

#endif
