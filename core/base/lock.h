/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lock.h - what only one run may use at a time
 *
 * A lock has a name, as "device 9:128", that is the same whatever path leads to
 * the thing.  It is a file with a flock(2) on it, in a folder that only this
 * user can write to: one of the system's for root, else one of the user's own.
 * Users who do not share that folder exclude each other by the `node`, which is
 * locked as well where it can be opened.
 *
 * The descriptors are inherited by the processes that are forked meanwhile, and
 * closed when they run a command: a lock lives as long as any process of the run.
 * Nobody has to remove what a run that was killed has left.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <stdint.h>

#include "core/base/report.h"
#include "core/base/signals.h"

struct lock;

struct lock_request {
	const char *name;	/* what is locked; any text */
	const char *text;	/* the same for messages: "/dev/nst0" */
	const char *node;	/* to be locked as well; NULL: nothing is */
	const char *job;	/* who wants it; for the messages of others */
	uint64_t deadline;	/* on clock_ns(); after it, give up */
	struct report *rep;
	struct signals *signals;	/* SIGTERM and SIGINT end the waiting */
};

enum lock_result {
	LOCK_TAKEN,
	LOCK_IN_USE,		/* by another; it has been reported by whom */
	LOCK_CANCELLED,		/* while waiting; nothing has been reported */
	LOCK_FAILED		/* out of memory, which has been reported */
};

/*
 * Take a lock, and wait for it until the deadline, at least for a moment.  With
 * LOCK_TAKEN, *lock is to be released with lock_release().  Where no folder for
 * locks can be used, there is a warning, and the lock counts as taken.
 */
enum lock_result lock_take(const struct lock_request *request,
    struct lock **lock);

/*
 * Could it be taken now, without waiting?  Reports who has it.
 */
bool lock_is_free(const struct lock_request *request);

/* Let go of it, in the process that took it.  Takes NULL. */
void lock_release(struct lock *lock);

/* Let go of it in a process that inherited it: others keep it.  Takes NULL. */
void lock_forget(struct lock *lock);

#endif
