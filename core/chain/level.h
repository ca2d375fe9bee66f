/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level.h - the level of a dump and its base
 *
 * level_choice.h chooses them.
 */
#ifndef CORE_LEVEL_H
#define CORE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/report.h"

#define LEVEL_NONE (-1)

struct level {
	uint32_t number;
	int64_t base_date;	/* 0: full dump */
	int32_t base_level;	/* LEVEL_NONE: the user gave the date */
	int64_t since;		/* dump changes from then on; not later than
				   base_date */
	uint32_t *retake;	/* owned: inodes to dump anyway, the first */
	size_t retake_count;	/*   and the last of each range */
};

/* Free what it owns.  May be called again. */
void level_clear(struct level *level);

/* Report "date of last level 0 dump: ...", if there is a base. */
void level_report(const struct level *level, struct report *rep);

#endif
