/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * child.h - fork a process of the engine that works apart, with a socket to it
 *
 * Programs are started by plugins/common/spawn.h.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include <sys/types.h>

/*
 * What the new process does; `fd` is its end of the socket, which keeps packets
 * apart (SOCK_SEQPACKET).  When this returns, the process ends.
 */
typedef void child_work_fn(void *arg, int fd);

/*
 * Returns our end of the socket, close-on-exec, to be closed by the caller, who
 * also waits for the process *pid; or -1 with errno set.
 */
int child_start(child_work_fn *work, void *arg, pid_t *pid);

#endif
