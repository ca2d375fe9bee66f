/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * suggest.h - "did you mean ...?"
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include <stddef.h>

/* A search for the candidate most similar to a mistyped word. */
struct suggestion {
	const char *word;	/* what was typed */
	const char *best;	/* the nearest candidate so far, or NULL */
	size_t distance;	/* number of edits */
};

void suggest_begin(struct suggestion *s, const char *word);

/* `candidate` must live as long as the suggestion is used. */
void suggest_offer(struct suggestion *s, const char *candidate);

#endif
