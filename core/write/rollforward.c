/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/rollforward.h"

struct rolled {
	struct backlog items;
	bool failed;		/* out of memory */
};

static void
roll_block(void *arg, uint8_t tag, const uint8_t *block)
{
	struct rolled *r = arg;

	if (tag != ROLLFORWARD_STAYS)
		r->failed |= !backlog_add_block(&r->items,
		    (enum backlog_kind)tag, block);
}

static void
roll_extent(void *arg, const struct ring_extent *extent)
{
	struct rolled *r = arg;
	r->failed |= !backlog_add_extent(&r->items, extent);
}

bool
rollforward(const struct ring *ring, struct backlog *backlog)
{
	struct rolled r = { .failed = false };
	const struct ring_visitor visitor = { roll_block, roll_extent, &r };

	backlog_init(&r.items);
	ring_each_unwritten(ring, &visitor);
	backlog_prepend(backlog, &r.items);
	return !r.failed;
}
