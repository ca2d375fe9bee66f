/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * turn.h - dumps of one filesystem in one dumpdates file take turns
 *
 * A level that began while another dump of the filesystem was running would
 * skip that dump as its base and yet be dated later: a chain that restore(8)
 * refuses.  So a job takes its turn before it fixes its date and chooses its
 * base, and keeps it until the dump is recorded.
 *
 * Supervisor only; the processes that it forks inherit the lock.
 */
#ifndef CORE_TURN_H
#define CORE_TURN_H

#include "core/config/job_config.h"
#include "core/base/lock.h"
#include "core/base/signals.h"

/*
 * Take the job's turn, waiting up to wait_for_medium seconds.  The caller
 * releases or forgets *lock, which is NULL for a job without dumpdates.
 * Returns as lock_take() does.
 */
enum lock_result turn_take(const struct job_config *job, struct report *rep,
    struct signals *signals, struct lock **lock);

/* Could a run take its turn now?  False after reporting who has it. */
bool turn_is_free(const struct job_config *job, struct report *rep,
    struct signals *signals);

#endif
