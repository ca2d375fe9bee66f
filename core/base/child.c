/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/child.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int
child_start(child_work_fn *work, void *arg, pid_t *pid)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	*pid = fork();
	if (*pid == 0) {
		close(fds[0]);
		work(arg, fds[1]);
		_exit(EXIT_SUCCESS);
	}
	const int error = errno;
	close(fds[1]);
	if (*pid != -1)
		return fds[0];
	close(fds[0]);
	errno = error;
	return -1;
}
