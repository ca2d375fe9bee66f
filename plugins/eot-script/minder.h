/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * minder.h - kill the command if the process that runs it is killed
 *
 * A separate process that only waits for the process that started it.  If that
 * one is killed, it kills the whole process group of the command, which must
 * not go on moving tapes unattended.
 */
#ifndef EOT_SCRIPT_MINDER_H
#define EOT_SCRIPT_MINDER_H

#include <sys/types.h>

struct minder {
	pid_t pid;		/* -1: none */
	int fd;			/* pipe to it */
};

/* If no minder can be started, the command runs without one. */
struct minder minder_start(pid_t group);

/* To be called when the command has ended. */
void minder_end(struct minder *m);

#endif
