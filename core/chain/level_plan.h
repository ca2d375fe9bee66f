/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level_plan.h - which level of a schedule is due
 *
 * Compares dates, and nothing else: level_auto.h finds out which dumps exist.
 *
 * All periods are those of the calendar in local time.  Days, weeks (from
 * Monday) and months are counted by date, so the clock changes of summer time
 * do not move them; hours are counted as they pass.
 */
#ifndef CORE_LEVEL_PLAN_H
#define CORE_LEVEL_PLAN_H

#include "core/config/level_schedule.h"

#define LEVEL_WHY_BYTES 256

/* An earlier dump of the job. */
struct level_past {
	uint32_t level;
	int64_t date;
	bool is_good;		/* a level can build on it; if not, it only */
				/*   counts for its place in the sequence */
};

struct level_plan {
	uint32_t level;
	char why[LEVEL_WHY_BYTES];	/* a sentence without its full stop */
};

/*
 * Which level to make at `now`: the lowest that is due, or else the highest.
 * `past` may be in any order; later dates than `now` are ignored.
 */
void level_plan_make(struct level_plan *plan,
    const struct level_schedule *schedule, const struct level_past *past,
    size_t count, int64_t now);

#endif
