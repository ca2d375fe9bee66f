/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/suggest.h"

#include <string.h>

#define WORD_MAX 64	/* longer words are not compared */

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

/*
 * The number of letters to insert, delete, replace or swap with their neighbour
 * to turn a into b (optimal string alignment).
 */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	const size_t la = strlen(a), lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		above[j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		size_t *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[lb];
}

void
suggest_begin(struct suggestion *s, const char *word)
{
	const size_t length = strlen(word);

	s->word = word;
	s->best = NULL;
	s->distance = length <= 3 ? 2 : length / 3 + 2;	/* too far already */
}

void
suggest_offer(struct suggestion *s, const char *candidate)
{
	if (strlen(s->word) > WORD_MAX || strlen(candidate) > WORD_MAX)
		return;
	const size_t d = distance(s->word, candidate);
	if (d < s->distance) {
		s->distance = d;
		s->best = candidate;
	}
}
