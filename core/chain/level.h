/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level.h - the level of a dump and the one that it builds on
 *
 * What a job asks for, together with what its dumpdates file knows.
 */
#ifndef CORE_LEVEL_H
#define CORE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/config/config.h"
#include "core/base/report.h"

#define LEVEL_NONE (-1)

struct chain;

struct level {
	uint32_t number;
	int64_t base_date;	/* 0: it is a full dump */
	int32_t base_level;	/* LEVEL_NONE: the date was given by hand */
	int64_t since;		/* changes from then on are taken; not later
				   than base_date */
	uint32_t *retake;	/* inodes that are taken in any case: the first */
	size_t retake_count;	/*   and the last of each range; owned */
};

/* The dumpdates file of a job, or NULL; and is it to be updated? */
const char *level_dumpdates(const struct job_config *job);
bool level_updates_dumpdates(const struct job_config *job);

/*
 * What level a job makes, and on what.  Without a base it becomes a full dump of
 * level 0, with a warning.  Returns false after reporting why it cannot be
 * found.  To be cleared in each case.
 */
bool level_find(struct level *level, const struct job_config *job,
    struct chain *chain, const char *name, int64_t date, struct report *rep);
void level_clear(struct level *level);

/* "date of last level 0 dump: ...", as far as there is one. */
void level_report(const struct level *level, struct report *rep);

#endif
