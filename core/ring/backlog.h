/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * backlog.h - what is still to be put on the tape, in order
 *
 * At the end of a volume: the tape blocks that were filled but are not on the
 * medium, and what was about to be put.  Memory: what the ring holds.
 */
#ifndef CORE_BACKLOG_H
#define CORE_BACKLOG_H

#include <stdbool.h>

#include "core/ring/ring.h"

enum backlog_kind { BACKLOG_HEADER, BACKLOG_DATA, BACKLOG_EXTENT };

struct backlog_item {
	enum backlog_kind kind;
	struct backlog_item *next;
	struct ring_extent extent;		/* of BACKLOG_EXTENT */
	uint8_t block[];			/* of the others */
};

struct backlog {
	struct backlog_item *first;
	struct backlog_item **end;
};

void backlog_init(struct backlog *b);
void backlog_clear(struct backlog *b);

/* Add a copy at the end.  False: out of memory. */
bool backlog_add_block(struct backlog *b, enum backlog_kind kind,
    const uint8_t *block);
bool backlog_add_extent(struct backlog *b, const struct ring_extent *extent);

/* Take the first one away and free it. */
void backlog_drop_first(struct backlog *b);

/* Put all of `front` in front; it is empty afterwards. */
void backlog_prepend(struct backlog *b, struct backlog *front);

#endif
