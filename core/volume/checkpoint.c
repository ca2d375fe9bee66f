/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/process_end.h"
#include "core/base/signals.h"

#define END_MS 10000	/* time for a checkpoint to exit */
#define END_MARGIN_MS 200
#define LOOK_MS 20	/* poll interval without pidfd_open() */

/* What a writer tells its checkpoint. */
enum word {
	BEGUN = 'B',	/* it released the previous checkpoint */
	SAFE = 'S'
};

static void
say(int fd, enum word word)
{
	const char c = (char)word;
	ssize_t n;

	do
		n = write(fd, &c, 1);
	while (n == -1 && errno == EINTR);
	/* A failed write means that the checkpoint is gone. */
}

/* The volume is unwanted: give its writer a short time to discard it. */
_Noreturn static void
end_with_writer(pid_t writer, int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };

	kill(writer, SIGNALS_WAKE);
	/* Leave time before this process itself is killed; see signals.h. */
	poll(&end, 1, SIGNALS_ORPHAN_MS - END_MARGIN_MS);
	kill(writer, SIGKILL);
	_exit(EXIT_FAILURE);
}

/* Wait for news on `fd`.  Does not return if the lifeline hangs up. */
static void
wait_unless_cut(const struct checkpoint *cp, pid_t writer, int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = cp->lifeline },
	};

	while (poll(fds, 2, -1) <= 0 ||
	    (fds[0].revents == 0 && fds[1].revents == 0))
		;
	if (fds[0].revents == 0 && (fds[1].revents & POLLHUP) != 0)
		end_with_writer(writer, fd);
}

/* Read a word from the writer.  False at end of file: the writer is gone. */
static bool
hear(const struct checkpoint *cp, pid_t writer, int fd, char *word)
{
	ssize_t n;

	do {
		wait_unless_cut(cp, writer, fd);
		n = read(fd, word, 1);
	} while (n == -1 && errno == EINTR);
	return n == 1;
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
checkpoint_safe(struct checkpoint *cp)
{
	if (cp->safe_fd == -1)
		return;
	say(cp->safe_fd, SAFE);
	process_wait_end(cp->pid, END_MS);
	close_fd(&cp->safe_fd);
}

/*
 * Runs in the new process.  The process that forked is now the checkpoint of
 * this volume, so the previous one may exit.  Had it exited any earlier, a
 * single SIGKILL could lose the dump.
 */
static void
become_writer(struct checkpoint *cp, int fd, pid_t checkpoint)
{
	checkpoint_safe(cp);
	cp->safe_fd = fd;
	cp->pid = checkpoint;
	say(fd, BEGUN);
}

/* Returns when the writer has ended without a safe volume. */
static void
wait_for_writer(struct checkpoint *cp, pid_t writer, int fd)
{
	char word;

	while (hear(cp, writer, fd, &word)) {
		/*
		 * The writer is waiting for this process, which has nothing
		 * left to do or report: exit here, not in main().
		 */
		if (word == SAFE)
			_exit(EXIT_SUCCESS);
		close_fd(&cp->safe_fd);
	}
}

/* Like wait_unless_cut(), for the writer's end on systems without pidfds. */
static void
look_unless_cut(const struct checkpoint *cp, pid_t writer)
{
	struct pollfd lifeline = { .fd = cp->lifeline };

	while (!process_has_ended(writer))
		if (poll(&lifeline, 1, LOOK_MS) > 0 &&
		    (lifeline.revents & POLLHUP) != 0)
			end_with_writer(writer, -1);
}

static int
wait_for_end(const struct checkpoint *cp, pid_t pid)
{
	const int fd = pidfd_open(pid, 0);
	int status = 0;

	if (fd != -1) {
		wait_unless_cut(cp, pid, fd);
		close(fd);
	} else {
		look_unless_cut(cp, pid);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

/*
 * Fork one writer.  True: *role is final.  False: the writer ended without a
 * safe volume, and *writer and *wait_status are set.
 */
static bool
fork_writer(struct checkpoint *cp, enum checkpoint_role *role,
    pid_t *writer, int *wait_status)
{
	const pid_t checkpoint = getpid();
	int fds[2];

	*role = CHECKPOINT_GIVEN_UP;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return true;
	const pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		become_writer(cp, fds[1], checkpoint);
		*role = CHECKPOINT_WRITER;
		return true;
	}
	close(fds[1]);
	if (pid != -1) {
		wait_for_writer(cp, pid, fds[0]);
		*writer = pid;
		*wait_status = wait_for_end(cp, pid);
	}
	close(fds[0]);
	return pid == -1;
}

enum checkpoint_role
checkpoint_fork(struct checkpoint *cp, checkpoint_retry_fn *retry, void *arg)
{
	enum checkpoint_role role;
	int wait_status = 0;
	pid_t writer = -1;

	while (!fork_writer(cp, &role, &writer, &wait_status))
		if (!retry(arg, writer, wait_status))
			return CHECKPOINT_GIVEN_UP;
	return role;
}
