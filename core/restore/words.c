/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/words.h"

#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word at *line; `word` has room for twice the rest of the line. */
static void
take_word(const char **line, char *word)
{
	const char *p = *line;
	char quote = '\0';

	for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++) {
		if (quote == '\0' && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else if (*p == quote) {
			quote = '\0';
		} else if (*p == '\\' && quote != '\'' && p[1] != '\0') {
			if (*++p != '/')
				*word++ = '\\';
			*word++ = *p;
		} else {
			if ((quote != '\0' && *p != '/') || *p == '\\')
				*word++ = '\\';
			*word++ = *p;
		}
	}
	*word = '\0';
	*line = p;
}

static bool
add_word(struct words *words, const char **line)
{
	char **items = realloc(words->items, (words->count + 1) *
	    sizeof(*items));

	if (items == NULL)
		return false;
	words->items = items;
	items[words->count] = malloc(2 * strlen(*line) + 1);
	if (items[words->count] == NULL)
		return false;
	take_word(line, items[words->count++]);
	return true;
}

bool
words_split(const char *line, struct words *words)
{
	words->items = NULL;
	words->count = 0;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0')
			return true;
		if (!add_word(words, &line)) {
			words_free(words);
			return false;
		}
	}
}

void
words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	words->items = NULL;
	words->count = 0;
}

bool
words_is_pattern(const char *word)
{
	for (; *word != '\0'; word++)
		if (*word == '\\' && word[1] != '\0')
			word++;
		else if (strchr("*?[", *word) != NULL)
			return true;
	return false;
}

void
words_unescape(char *word)
{
	char *to = word;

	for (; *word != '\0'; word++) {
		if (*word == '\\' && word[1] != '\0')
			word++;
		*to++ = *word;
	}
	*to = '\0';
}
