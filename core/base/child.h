/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * child.h - fork a separate process of the engine, connected by a socket
 *
 * plugins/common/spawn.h starts programs.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include <sys/types.h>

/*
 * The work of the new process; `fd` is its end of the socket, which preserves
 * packet boundaries (SOCK_SEQPACKET).  The process ends when this returns.
 */
typedef void child_work_fn(void *arg, int fd);

/*
 * Returns our end of the socket, close-on-exec; the caller closes it and waits
 * for the process *pid.  -1 with errno set on failure.
 */
int child_start(child_work_fn *work, void *arg, pid_t *pid);

#endif
