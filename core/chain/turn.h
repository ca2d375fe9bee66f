/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * turn.h - dumps of one filesystem in one dumpdates file take turns
 *
 * A level that began while another one of the filesystem was being made would
 * build on the one before that, and be dated later than it: a chain that
 * restore(8) refuses.  So a job takes its turn before its date is fixed and its
 * base is chosen, and keeps it until it is noted.
 *
 * The supervisor's; the processes that it forks inherit the lock.
 */
#ifndef CORE_TURN_H
#define CORE_TURN_H

#include "core/config/job_config.h"
#include "core/base/lock.h"
#include "core/base/signals.h"

/*
 * Take the turn of a job, and wait for it as wait_for_medium says.  *lock is to be
 * released or forgotten; it is NULL for a job without dumpdates.  What it
 * returns is as for lock_take().
 */
enum lock_result turn_take(const struct job_config *job, struct report *rep,
    struct signals *signals, struct lock **lock);

/* Would a run have its turn now?  False after reporting whose it is. */
bool turn_is_free(const struct job_config *job, struct report *rep,
    struct signals *signals);

#endif
