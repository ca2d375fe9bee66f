/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_gap.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/date_range.h"
#include "core/run/catalog_pending.h"

/* The volumes of a dump, as they come. */
struct counting {
	uint32_t copy;
	uint32_t next;			/* number expected; 0: none has come */
	uint32_t missing;		/* of this copy */
	bool is_whole;			/* a copy before this one was */
	uint32_t first_missing;		/* of any copy */
	uint32_t volumes;		/* as dumped */
};

bool
catalog_gap_is_usable(const struct catalog_dump *d)
{
	return d->state == CATALOG_COMPLETE || d->state == CATALOG_INCOMPLETE;
}

static void
end_copy(struct counting *c)
{
	if (c->next == 0)
		return;
	if (c->missing == 0)
		c->is_whole = true;
	else if (c->first_missing == 0)
		c->first_missing = c->missing;
}

static bool
count(void *arg, const struct catalog_volume *v)
{
	struct counting *c = arg;

	if (c->next == 0 || v->copy != c->copy) {
		end_copy(c);
		c->copy = v->copy;
		c->missing = 0;
		c->next = 1;
	}
	if (v->number != c->next && c->missing == 0)
		c->missing = c->next;
	c->next = v->number + 1;
	c->volumes += v->copy == 0;
	return true;
}

bool
catalog_gap_find(struct catalog_task_run *t, const struct catalog_dump *d,
    struct catalog_gap *gap)
{
	struct counting c = { .next = 0 };
	struct catalog_chain chain;

	*gap = (struct catalog_gap){ .base = 0 };
	if (!catalog_volumes(t->catalog, d->id, count, &c) ||
	    !catalog_overwritten(t->catalog, d->id, &gap->overwritten) ||
	    !catalog_chain_of(t->catalog, d->id, &chain))
		return catalog_task_end(t, STATUS_ABORTED);
	end_copy(&c);
	gap->volumes = c.volumes;
	gap->is_killed = catalog_pending_was_killed(d);
	if (chain.count > 1)
		gap->base = chain.dumps[chain.count - 2];
	if (!catalog_gap_is_usable(d))
		return true;
	gap->missing_base = chain.missing_date;
	if (!c.is_whole)
		gap->missing_volume = c.first_missing == 0 ? 1 :
		    c.first_missing;
	return true;
}

bool
catalog_gap_is_one(const struct catalog_gap *gap)
{
	return gap->missing_base != 0 || gap->missing_volume != 0;
}

void
catalog_gap_format(const struct catalog_gap *gap,
    char text[static CATALOG_GAP_BYTES])
{
	char date[DATE_SHORT_BYTES];

	text[0] = '\0';
	if (gap->missing_base != 0) {
		date_range_format(gap->missing_base, date);
		snprintf(text, CATALOG_GAP_BYTES, "no base of %s", date);
	} else if (gap->missing_volume != 0) {
		snprintf(text, CATALOG_GAP_BYTES, "no volume %" PRIu32,
		    gap->missing_volume);
	} else if (gap->overwritten != 0) {
		snprintf(text, CATALOG_GAP_BYTES, "volume %" PRIu32 " was "
		    "overwritten", gap->overwritten);
	} else if (gap->is_killed) {
		snprintf(text, CATALOG_GAP_BYTES, "its run was killed");
	}
}
