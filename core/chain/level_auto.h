/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level_auto.h - the level that a job's schedule asks for
 *
 * Looks up the dumps of the job, and has level_plan.h compare their dates.
 * Everything comes from the history and the dumpdates file: there is no counter
 * that could be lost.
 *
 * It is asked twice.  The supervisor needs to know the level before the source
 * is open, for the names of media and for snapshots.  level_choice.h decides,
 * when the name of the source in dumpdates is known as well.
 */
#ifndef CORE_LEVEL_AUTO_H
#define CORE_LEVEL_AUTO_H

#include <stdatomic.h>

#include "core/chain/level_plan.h"
#include "core/config/job_config.h"

/* Which dumps to look for; all borrowed. */
struct level_auto {
	const struct job_config *job;	/* has a schedule */
	const char *name;		/* of the source; NULL: any */
	int64_t date;			/* of the dump to be made */
	struct report *rep;
	const atomic_int *cancelled;
	bool tell;			/* warn of volumes that are gone */
};

/*
 * Plan a dump.  Counts only dumps of this job that a level could build on.
 * Without memory, or if dumpdates cannot be read, the level is 0.
 */
void level_auto_plan(const struct level_auto *a, struct level_plan *plan);

/*
 * Set the level of the job and the reason for it, if it has a schedule, as if
 * its dump began now.
 */
void level_auto_set(struct job_config *job, struct report *rep,
    const atomic_int *cancelled);

#endif
