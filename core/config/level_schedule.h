/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level_schedule.h - how often a job makes which level
 *
 * Parses the option "levels".  level_plan.h applies it to the dates of dumps.
 */
#ifndef CORE_LEVEL_SCHEDULE_H
#define CORE_LEVEL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVEL_RULES_MAX 10
#define LEVEL_SCHEDULE_WHY_BYTES 256

enum level_unit { LEVEL_HOURS, LEVEL_DAYS, LEVEL_WEEKS, LEVEL_MONTHS };

struct level_rule {
	uint32_t level;
	enum level_unit unit;
	uint32_t count;		/* of units; of months: 1, 3 or 12 */
};

/*
 * Levels rise and periods shorten; the first level is 0.  With is_hanoi, the
 * rules are those of the monthly 0 and the weekly 1, and dailies follow the
 * modified Tower of Hanoi of dump(8).
 */
struct level_schedule {
	struct level_rule rules[LEVEL_RULES_MAX];
	size_t count;		/* 0: no schedule */
	bool is_hanoi;
};

/*
 * Parse "0 monthly, 1 weekly, 2 daily" or "hanoi".  Returns false with what is
 * wrong, and what would do, in `why`.
 */
bool level_schedule_parse(struct level_schedule *schedule, const char *text,
    char why[static LEVEL_SCHEDULE_WHY_BYTES]);

#endif
