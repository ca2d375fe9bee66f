/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * checkpoint.h - fork the process that writes a volume, and wait for it
 *
 * The memory of the forking process is the checkpoint: everything needed to
 * write the volume again from its first record.  The process waits until the
 * writer reports the volume safe, and then exits.  If the writer ends without
 * that, `retry` decides whether to fork another.
 *
 * Knows nothing about volumes.  No other thread may exist when it forks.
 */
#ifndef CORE_CHECKPOINT_H
#define CORE_CHECKPOINT_H

#include <stdbool.h>
#include <sys/types.h>

/* What the caller of checkpoint_fork() has become. */
enum checkpoint_role {
	CHECKPOINT_WRITER,	/* the new process: write the volume */
	CHECKPOINT_GIVEN_UP	/* the volume will not be written: exit */
};

struct checkpoint {
	int safe_fd;		/* the writer reports the volume safe here;
				   -1: no checkpoint is waiting */
	pid_t pid;		/* of the checkpoint */
	int lifeline;		/* a socket: hangs up when the volume is no
				   longer wanted; -1: none */
};

/*
 * Decide whether to replace writer `pid`, which ended without a safe volume.
 * `wait_status` is from waitpid().  True: fork another.  Called in the
 * checkpoint.
 */
typedef bool checkpoint_retry_fn(void *arg, pid_t pid, int wait_status);

/*
 * Fork a writer.  It releases the previous volume's checkpoint, given by `cp`,
 * and sets `cp` to the forking process, its own.  In the forking process, waits
 * for the writer and exits if the volume is safe or no longer wanted; returns
 * CHECKPOINT_GIVEN_UP if `retry` says no, or if it cannot fork.
 */
enum checkpoint_role checkpoint_fork(struct checkpoint *cp,
    checkpoint_retry_fn *retry, void *arg);

/*
 * Report the last volume safe.  Called in its writer; returns once the
 * checkpoint has exited.
 */
void checkpoint_safe(struct checkpoint *cp);

#endif
