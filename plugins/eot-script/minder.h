/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * minder.h - see that the command ends with the process that runs it
 *
 * A process that does nothing but wait for the end of the one that has started
 * it.  If that was killed, it kills the whole process group of the command: what
 * nobody waits for any more must not go on to move tapes.
 */
#ifndef EOT_SCRIPT_MINDER_H
#define EOT_SCRIPT_MINDER_H

#include <sys/types.h>

struct minder {
	pid_t pid;		/* -1: there is none */
	int fd;			/* to it */
};

/* Without a minder, when there can be none, the command is run all the same. */
struct minder minder_start(pid_t group);

/* The command has ended. */
void minder_end(struct minder *m);

#endif
