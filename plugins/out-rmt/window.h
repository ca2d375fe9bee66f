/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * window.h - the records in flight, and their results
 *
 * rmt answers in the order of the requests, so the n-th answer is for the n-th
 * record.  Only counts; sends nothing and holds no records.
 */
#ifndef OUT_RMT_WINDOW_H
#define OUT_RMT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/* The state of writing. */
enum window_state {
	WINDOW_GOOD,
	WINDOW_FULL,		/* the medium had no room for a record */
	WINDOW_FAILED,		/* a record could not be written */
	WINDOW_WRONG		/* the answer is impossible for a record */
};

/* Records in flight, at most. */
#define WINDOW_MAX 1024
/* So many of the last records can be taken back; a multiple of WINDOW_MAX. */
#define WINDOW_KEPT 4096

struct window {
	uint64_t sent;		/* records */
	uint64_t answered;	/* of them */
	uint64_t settled;	/* the contiguous ones on the medium, */
	uint64_t settled_bytes;	/*   and their bytes */
	uint64_t most_sent;	/* before some were taken back */
	uint32_t lengths[WINDOW_KEPT];	/* bytes of the last records, by number
				   modulo WINDOW_KEPT */
	enum window_state state;
	int error;		/* then, of record number `settled` */
	uint64_t partly;	/* bytes of it on the medium */
	uint64_t behind;	/* records after it that are on the medium */
	char text[ANSWER_TEXT_BYTES];	/* rmt's message about it */
};

/* Begin a volume. */
void window_begin(struct window *w);

/* Another record is in flight, of WINDOW_MAX at most. */
void window_add(struct window *w, size_t length);

/*
 * Which number of records on the medium has the first `length` bytes?  False if
 * it is not known, as they are too far back.
 */
bool window_find(const struct window *w, uint64_t length, uint64_t *count);

/*
 * Nothing is in flight, and of the records on the medium only `count`, found by
 * window_find() for `length` bytes, are to stay: more may follow them.
 */
void window_shorten(struct window *w, uint64_t count, uint64_t length);

/* The number of records in flight. */
uint64_t window_open(const struct window *w);

/* Take the answer to the first record in flight; returns the new state. */
enum window_state window_take(struct window *w, const struct answer *answer);

#endif
