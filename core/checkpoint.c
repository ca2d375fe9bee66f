/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <unistd.h>

#define END_MS 10000	/* that a checkpoint may take to end */
#define SAFE 'S'

/* The writer's word, or the end of the pipe when it ended without it. */
static bool
wait_for_word(int fd)
{
	char word = 0;
	ssize_t n;

	do
		n = read(fd, &word, 1);
	while (n == -1 && errno == EINTR);
	return n == 1 && word == SAFE;
}

static int
wait_for_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

/* One writer.  Returns what the caller is, or has `*wait_status` say. */
static bool
fork_writer(struct checkpoint *cp, enum checkpoint_role *role,
    int *wait_status)
{
	int fds[2];

	*role = CHECKPOINT_GIVEN_UP;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return true;
	const pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		cp->safe_fd = fds[1];
		cp->pid = getppid();
		*role = CHECKPOINT_WRITER;
		return true;
	}
	close(fds[1]);
	if (pid == -1) {
		close(fds[0]);
		return true;
	}
	const bool safe = wait_for_word(fds[0]);
	close(fds[0]);
	/*
	 * Nothing is left to be done or told, and the writer waits: as long as
	 * this takes, a dump has no checkpoint.  So here, not in main().
	 */
	if (safe)
		_exit(EXIT_SUCCESS);
	*wait_status = wait_for_end(pid);
	return false;
}

enum checkpoint_role
checkpoint_fork(struct checkpoint *cp, checkpoint_retry_fn *retry, void *arg)
{
	enum checkpoint_role role;
	int wait_status;

	if (cp->safe_fd != -1)
		close(cp->safe_fd);
	cp->safe_fd = -1;
	while (!fork_writer(cp, &role, &wait_status))
		if (!retry(arg, wait_status))
			return CHECKPOINT_GIVEN_UP;
	return role;
}

static void
await_end(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	poll(&end, 1, END_MS);
}

void
checkpoint_safe(struct checkpoint *cp)
{
	const char word = SAFE;
	ssize_t n;

	if (cp->safe_fd == -1)
		return;
	/* One that has died already is not our parent any more. */
	const int pidfd = getppid() == cp->pid ? pidfd_open(cp->pid, 0) : -1;
	do
		n = write(cp->safe_fd, &word, 1);
	while (n == -1 && errno == EINTR);
	/* A checkpoint that is gone has nothing to be told. */
	if (pidfd != -1) {
		await_end(pidfd);
		close(pidfd);
	}
	close(cp->safe_fd);
	cp->safe_fd = -1;
}
