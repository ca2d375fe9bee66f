/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level.h - the level of a dump and the one that it builds on
 *
 * How it is found is in level_choice.h.
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
	int64_t base_date;	/* 0: it is a full dump */
	int32_t base_level;	/* LEVEL_NONE: the date was given by hand */
	int64_t since;		/* changes from then on are taken; not later
				   than base_date */
	uint32_t *retake;	/* inodes that are taken in any case: the first */
	size_t retake_count;	/*   and the last of each range; owned */
};

/* Frees what it owns; it may be cleared again. */
void level_clear(struct level *level);

/* "date of last level 0 dump: ...", as far as there is one. */
void level_report(const struct level *level, struct report *rep);

#endif
