/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * backlog.h - a queue of data that must still go to tape
 *
 * At the end of a volume it takes the tape blocks that were filled but are not
 * on the medium, and whatever was about to be put.  It holds no more than the
 * ring.
 */
#ifndef CORE_BACKLOG_H
#define CORE_BACKLOG_H

#include <stdbool.h>

#include "core/ring/ring.h"

enum backlog_kind {
	BACKLOG_HEADER,
	BACKLOG_DATA,
	BACKLOG_END,		/* the end of the stream fills the record */
	BACKLOG_EXTENT
};

struct backlog_item {
	enum backlog_kind kind;
	struct backlog_item *next;
	struct ring_extent extent;		/* BACKLOG_EXTENT only */
	uint8_t block[];			/* all other kinds */
};

struct backlog {
	struct backlog_item *first;
	struct backlog_item **end;
};

void backlog_init(struct backlog *b);
void backlog_clear(struct backlog *b);

/* Append a copy.  Returns false if out of memory. */
bool backlog_add_block(struct backlog *b, enum backlog_kind kind,
    const uint8_t *block);
bool backlog_add_extent(struct backlog *b, const struct ring_extent *extent);

/* Remove the first item and free it. */
void backlog_drop_first(struct backlog *b);

/* Move all items of `front` to the front; `front` is empty afterwards. */
void backlog_prepend(struct backlog *b, struct backlog *front);

#endif
