/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * window.h - which records are on their way, and what became of them
 *
 * rmt answers in the order of the requests, so the n-th answer is that of the
 * n-th record.  Counts only; sends nothing and holds no records.
 */
#ifndef OUT_RMT_WINDOW_H
#define OUT_RMT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/* How the writing stands. */
enum window_state {
	WINDOW_GOOD,
	WINDOW_FULL,		/* the medium had no room for a record */
	WINDOW_FAILED,		/* a record could not be written */
	WINDOW_WRONG		/* the answer cannot be one to a record */
};

struct window {
	size_t length;		/* of a record, bytes */
	uint64_t sent;		/* records */
	uint64_t answered;	/* of them */
	uint64_t settled;	/* on the medium, from the first without a gap */
	enum window_state state;
	int error;		/* then, of record number `settled` */
	uint64_t partly;	/* bytes of it that are on the medium */
	uint64_t behind;	/* records behind it that are, all the same */
	char text[ANSWER_TEXT_BYTES];	/* what was said of it */
};

/* Begin a volume. */
void window_begin(struct window *w, size_t length);

/* Another record is on its way. */
void window_add(struct window *w);

/* How many are. */
uint64_t window_open(const struct window *w);

/* The answer to the first of these; returns how the writing stands. */
enum window_state window_take(struct window *w, const struct answer *answer);

#endif
