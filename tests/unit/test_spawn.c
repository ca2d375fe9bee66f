/* SPDX-License-Identifier: BSD-3-Clause */
#include "plugins/common/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define FDS(array) .fds = (array), .fd_count = COUNT(array)

static const int std_fds[] = { SPAWN_NO_FD, STDOUT_FILENO, STDERR_FILENO };

/* As returned by waitpid(2). */
static int
wait_for(pid_t pid)
{
	int status = -1;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* Run `script` with these, and collect its output on descriptor 1. */
static void
run_shell(const char *script, int extra, enum spawn_group group,
    char text[static 256])
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	int out[2];

	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	const int fds[] = { SPAWN_NO_FD, out[1], STDERR_FILENO, extra };
	const struct spawn s = { .argv = argv, .fds = fds,
	    .fd_count = extra == SPAWN_NO_FD ? 3 : 4, .group = group };
	const pid_t pid = spawn_start(&s);
	close(out[1]);
	size_t used = 0;
	ssize_t n;
	while ((n = read(out[0], text + used, 255 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(out[0]);
	ck_assert_int_eq(wait_for(pid), 0);
}

START_TEST(it_has_the_descriptors_that_it_is_given_and_no_others)
{
	char text[256];
	int pipe_fds[2];
	/* Not close-on-exec, as a library may have left it. */
	const int left = open("/dev/null", O_RDONLY);

	ck_assert_int_ge(left, 0);
	run_shell("cd /proc/self/fd && for fd in *; do [ ! -e $fd ] || "
	    "printf '%s ' $fd; done", SPAWN_NO_FD, SPAWN_OWN_GROUP, text);
	ck_assert_str_eq(text, "0 1 2 ");
	ck_assert_int_eq(pipe(pipe_fds), 0);
	run_shell("echo to the fourth >&3; read x; echo \"read $x: $?\"",
	    pipe_fds[1], SPAWN_OWN_GROUP, text);
	ck_assert_str_eq(text, "read : 1\n");
	ck_assert_int_eq(read(pipe_fds[0], text, sizeof(text)), 14);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	close(left);
}
END_TEST

START_TEST(descriptors_may_be_in_each_others_place)
{
	const char *const argv[] = { "/bin/sh", "-c", "echo out; echo err >&2",
		NULL };
	int out[2], err[2];
	char text[16];

	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
	/* In a separate process, which does not use its messages. */
	const pid_t pid = fork();
	if (pid == 0) {
		const int swapped[] = { 0, 2, 1 };
		const struct spawn s = { .argv = argv, FDS(swapped) };
		int status = -1;
		dup2(out[1], 1);
		dup2(err[1], 2);
		waitpid(spawn_start(&s), &status, 0);
		_exit(status == 0 ? 0 : 1);
	}
	close(out[1]);
	close(err[1]);
	ck_assert_int_eq(wait_for(pid), 0);
	ck_assert_int_eq(read(out[0], text, sizeof(text)), 4);
	ck_assert_mem_eq(text, "err\n", 4);
	ck_assert_int_eq(read(err[0], text, sizeof(text)), 4);
	ck_assert_mem_eq(text, "out\n", 4);
	close(out[0]);
	close(err[0]);
}
END_TEST

/* The lines for blocked and ignored signals in /proc/self/status. */
START_TEST(no_signal_is_blocked_and_only_the_keyboard_is_ignored)
{
	static const char script[] = "while read name value; do case $name in "
	    "SigBlk: | SigIgn:) printf '%s ' $value;; esac; done "
	    "</proc/self/status";
	static const int ours[] = { SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE,
		SIGTERM };
	char text[256];
	sigset_t all, before;
	unsigned long long blocked, ignored;

	for (size_t i = 0; i < COUNT(ours); i++)
		signal(ours[i], SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	run_shell(script, SPAWN_NO_FD, SPAWN_OWN_GROUP, text);
	ck_assert_int_eq(sscanf(text, "%llx %llx", &blocked, &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	for (size_t i = 0; i < COUNT(ours); i++)
		ck_assert_uint_eq(ignored >> (ours[i] - 1) & 1, 0);
	run_shell(script, SPAWN_NO_FD, SPAWN_OUR_GROUP, text);
	ck_assert_int_eq(sscanf(text, "%llx %llx", &blocked, &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	for (size_t i = 0; i < COUNT(ours); i++)
		ck_assert_uint_eq(ignored >> (ours[i] - 1) & 1,
		    ours[i] == SIGINT || ours[i] == SIGHUP ||
		    ours[i] == SIGUSR1);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (size_t i = 0; i < COUNT(ours); i++)
		signal(ours[i], SIG_DFL);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_an_error_if_that_is_heard)
{
	const char *const argv[] = { "/no/such/program", NULL };
	struct spawn s = { .argv = argv, FDS(std_fds), .hears_exec = true };

	ck_assert_int_eq(spawn_start(&s), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	s.hears_exec = false;
	const int status = wait_for(spawn_start(&s));
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 127);
}
END_TEST

static bool
refuse(void *arg)
{
	(void)arg;
	return false;
}

START_TEST(what_cannot_be_prepared_is_not_run)
{
	const char *const argv[] = { "/bin/true", NULL };
	const struct spawn s = { .argv = argv, FDS(std_fds),
	    .prepare = refuse };
	const int status = wait_for(spawn_start(&s));

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 126);
}
END_TEST

START_TEST(a_group_of_its_own_can_be_killed_at_once)
{
	const char *const argv[] = { "/bin/sh", "-c", "sleep 100 & wait",
		NULL };
	struct spawn s = { .argv = argv, FDS(std_fds),
	    .group = SPAWN_OWN_GROUP };

	for (int i = 0; i < 2; i++) {
		const pid_t pid = spawn_start(&s);
		/* The session exists only once the process has created it. */
		while (getpgid(pid) != pid)
			poll(NULL, 0, 1);
		ck_assert_int_eq(kill(-pid, SIGKILL), 0);
		const int status = wait_for(pid);
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		s.group = SPAWN_OWN_SESSION;
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		it_has_the_descriptors_that_it_is_given_and_no_others,
		descriptors_may_be_in_each_others_place,
		no_signal_is_blocked_and_only_the_keyboard_is_ignored,
		a_program_that_is_not_there_is_an_error_if_that_is_heard,
		what_cannot_be_prepared_is_not_run,
		a_group_of_its_own_can_be_killed_at_once,
	};
	return unit_run("spawn", tests, COUNT(tests));
}
