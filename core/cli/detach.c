/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/exit_status.h"

static _Noreturn void
wait_for(pid_t child, int fd)
{
	char byte;
	int status;
	ssize_t n;

	do
		n = read(fd, &byte, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1)
		_exit(STATUS_COMPLETE);
	while (waitpid(child, &status, 0) == -1)
		if (errno != EINTR)
			_exit(STATUS_ABORTED);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_ABORTED);
}

bool
detach_begin(struct detach *d)
{
	int fds[2];

	d->fd = -1;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return false;
	const pid_t child = fork();
	if (child > 0) {
		close(fds[1]);
		wait_for(child, fds[0]);
	}
	close(fds[0]);
	if (child == -1)
		close(fds[1]);
	else
		d->fd = fds[1];
	return child != -1;
}

void
detach_finish(struct detach *d, const char *folder)
{
	if (d->fd == -1)
		return;
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	setsid();
	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	/* If that fails, the folder stays in use. */
	if (folder != NULL && chdir(folder) == -1)
		errno = 0;
	/* A parent that was killed does not mind. */
	const ssize_t n = write(d->fd, "", 1);
	(void)n;
	close(d->fd);
	d->fd = -1;
}
