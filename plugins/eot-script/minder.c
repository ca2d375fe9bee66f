/* SPDX-License-Identifier: BSD-3-Clause */
#include "minder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static void
mind(pid_t group, int fd)
{
	char word;
	ssize_t n;

	setsid();		/* do not receive signals sent to our group */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	/* Hold no pipe open that someone may be reading to its end. */
	dup2(fd, STDIN_FILENO);
	close_range(STDIN_FILENO + 1, ~0U, 0);
	do
		n = read(STDIN_FILENO, &word, 1);
	while (n == -1 && errno == EINTR);
	if (n != 1)
		kill(-group, SIGKILL);
	_exit(EXIT_SUCCESS);
}

struct minder
minder_start(pid_t group)
{
	struct minder m = { .pid = -1, .fd = -1 };
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return m;
	m.pid = fork();
	if (m.pid == 0) {
		close(fds[1]);
		mind(group, fds[0]);
	}
	close(fds[0]);
	m.fd = fds[1];
	return m;
}

void
minder_end(struct minder *m)
{
	if (m->fd != -1) {
		while (write(m->fd, "e", 1) == -1 && errno == EINTR)
			;
		close(m->fd);
	}
	if (m->pid > 0)
		while (waitpid(m->pid, NULL, 0) == -1 && errno == EINTR)
			;
}
