/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * checkpoint.h - fork the process that writes a volume, and wait for it
 *
 * The memory of the forking process is the checkpoint: all that is needed to
 * write the volume again from its first record.  It waits until the writer
 * says that the volume is safe, and is not needed any more then.  A writer
 * that ends without having said so is followed by another one, if `retry`
 * thinks so.
 *
 * Knows nothing of what a volume is.  No thread may live when it forks.
 */
#ifndef CORE_CHECKPOINT_H
#define CORE_CHECKPOINT_H

#include <stdbool.h>
#include <sys/types.h>

/* What the caller is now. */
enum checkpoint_role {
	CHECKPOINT_WRITER,	/* the new process: write the volume */
	CHECKPOINT_GIVEN_UP	/* it will not be written: end */
};

struct checkpoint {
	int safe_fd;		/* the writer says here that it is; -1: nobody
				   waits for that */
	pid_t pid;		/* of the checkpoint */
	int lifeline;		/* a socket: when its other end is closed,
				   nobody wants the volume any more; -1: none */
};

/*
 * Decide about writer `pid`, which ended without a safe volume; `wait_status` as
 * waitpid() gives it.  True: fork another one.  It runs in the checkpoint.
 */
typedef bool checkpoint_retry_fn(void *arg, pid_t pid, int wait_status);

/*
 * Fork.  The new process releases the checkpoint of the volume before, which
 * `cp` tells of, and has the forking one for its own.  Also CHECKPOINT_GIVEN_UP
 * if there can be no process.  When the volume is safe, or nobody wants it, the
 * forking process ends here.
 */
enum checkpoint_role checkpoint_fork(struct checkpoint *cp,
    checkpoint_retry_fn *retry, void *arg);

/*
 * In the writer of the last volume: it is safe.  Returns when the checkpoint
 * has ended.
 */
void checkpoint_safe(struct checkpoint *cp);

#endif
