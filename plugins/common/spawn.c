/* SPDX-License-Identifier: BSD-3-Clause */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_PREPARE 126	/* the status of a shell */
#define CANNOT_RUN 127

/* ------------------------------------------------------- in the new process */

static void
reset_signals(enum spawn_group group)
{
	static const int reset[] = { SIGPIPE, SIGUSR2, SIGTERM, SIGCHLD };
	static const int keyboard[] = { SIGINT, SIGHUP, SIGUSR1 };
	sigset_t none;

	for (size_t i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
		signal(reset[i], SIG_DFL);
	for (size_t i = 0; i < sizeof(keyboard) / sizeof(keyboard[0]); i++)
		signal(keyboard[i], group == SPAWN_OUR_GROUP ? SIG_IGN :
		    SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* `failed`, or SPAWN_NO_FD, follows; it closes when the program starts. */
static void
place_fds(const struct spawn *s, int failed)
{
	const int first_free = (int)s->fd_count + 1;
	int at[SPAWN_FDS_MAX];

	/* They may occupy each other's target numbers. */
	for (size_t i = 0; i < s->fd_count; i++)
		at[i] = fcntl(s->fds[i] != SPAWN_NO_FD ? s->fds[i] :
		    open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD,
		    first_free);
	if (failed != SPAWN_NO_FD) {
		dup2(failed, (int)s->fd_count);
		fcntl((int)s->fd_count, F_SETFD, FD_CLOEXEC);
	}
	for (size_t i = 0; i < s->fd_count; i++)
		dup2(at[i], (int)i);
	close_range((unsigned int)s->fd_count + (failed != SPAWN_NO_FD), ~0U,
	    0);
}

_Noreturn static void
become_program(const struct spawn *s, int failed)
{
	if (s->group == SPAWN_OWN_SESSION)
		setsid();
	else if (s->group == SPAWN_OWN_GROUP)
		setpgid(0, 0);
	if (s->ends_with_us)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	reset_signals(s->group);
	place_fds(s, failed);
	if (s->prepare != NULL && !s->prepare(s->arg))
		_exit(CANNOT_PREPARE);
	/* The cast is safe: execvp() does not write to them. */
	execvp(s->argv[0], (char *const *)(uintptr_t)s->argv);
	const int error = errno;
	if (failed == SPAWN_NO_FD)
		dprintf(STDERR_FILENO, "cannot run %s: %s\n", s->argv[0],
		    strerror(error));
	else if (write((int)s->fd_count, &error, sizeof(error)) == -1)
		_exit(CANNOT_PREPARE);
	_exit(CANNOT_RUN);
}

/* ------------------------------------------------------------ in the caller */

/* Returns 0 if the program runs, or why not; its process has been collected. */
static int
hear_exec(int fd, pid_t pid)
{
	int error = 0;
	ssize_t n;

	do
		n = read(fd, &error, sizeof(error));
	while (n == -1 && errno == EINTR);
	if (n != (ssize_t)sizeof(error))
		return 0;
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	return error;
}

pid_t
spawn_start(const struct spawn *s)
{
	int failed[2] = { SPAWN_NO_FD, SPAWN_NO_FD };

	if (s->hears_exec && pipe2(failed, O_CLOEXEC) == -1)
		return -1;
	const pid_t pid = fork();
	if (pid == 0)
		become_program(s, failed[1]);
	int error = pid == -1 ? errno : 0;
	/* Here too, so that it can be killed as a group from now on. */
	if (pid > 0 && s->group == SPAWN_OWN_GROUP)
		setpgid(pid, pid);
	if (s->hears_exec) {
		close(failed[1]);
		if (pid > 0)
			error = hear_exec(failed[0], pid);
		close(failed[0]);
	}
	errno = error;
	return error == 0 ? pid : -1;
}
