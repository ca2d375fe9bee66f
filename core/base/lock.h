/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lock.h - exclusive use of a resource by one run
 *
 * A lock has a name, such as "device 9:128", which is the same for every path
 * to the resource.  It is a file with an flock(2) on it, in a directory that
 * only this user can write to: /run/dumpengine for root, else one per user.
 * Different users exclude each other through `node`, which is locked as well if
 * it can be opened.
 *
 * Child processes inherit the descriptors, which are closed on exec: a lock
 * lives as long as any process of the run.  Leftovers of a killed run need no
 * cleanup.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <stdint.h>

#include "core/base/report.h"
#include "core/base/signals.h"

struct lock;

struct lock_request {
	const char *name;	/* name of the lock; any text */
	const char *text;	/* for messages: "/dev/nst0" */
	const char *node;	/* to be locked as well; NULL: none */
	const char *job;	/* requesting job; for others' messages */
	uint64_t deadline;	/* on clock_ns(); then give up */
	struct report *rep;
	struct signals *signals;	/* SIGTERM and SIGINT end the wait */
};

enum lock_result {
	LOCK_TAKEN,
	LOCK_IN_USE,		/* by another; reported */
	LOCK_CANCELLED,		/* while waiting; nothing reported */
	LOCK_FAILED		/* out of memory; reported */
};

/*
 * Take a lock, waiting until the deadline but at least for a second.  With
 * LOCK_TAKEN, the caller releases *lock by lock_release().  If no directory for
 * locks is usable, warns and counts the lock as taken.
 */
enum lock_result lock_take(const struct lock_request *request,
    struct lock **lock);

/* Could it be taken without waiting?  False after reporting the holder. */
bool lock_is_free(const struct lock_request *request);

/* Release it, in the process that took it.  Accepts NULL. */
void lock_release(struct lock *lock);

/* Drop it in a process that inherited it: the others keep it.  Accepts NULL. */
void lock_forget(struct lock *lock);

#endif
