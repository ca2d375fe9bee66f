/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/checkpoint.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

/* Seen by all processes of a test. */
struct shared {
	int writers;
	int retries;
	int wait_status;	/* at the last retry */
	int allowed;		/* retries */
	pid_t parents[8];	/* of the writers */
};

static struct shared *shared;

static void
set_up(int allowed)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	shared->allowed = allowed;
}

static bool
retry(void *arg, int wait_status)
{
	ck_assert_ptr_eq(arg, shared);
	shared->retries++;
	shared->wait_status = wait_status;
	return shared->retries <= shared->allowed;
}

/* Returns in the checkpoint, and in the writer, which may only _exit(). */
static enum checkpoint_role
fork_writer(struct checkpoint *cp)
{
	const enum checkpoint_role role = checkpoint_fork(cp, retry, shared);

	if (role == CHECKPOINT_WRITER)
		shared->parents[shared->writers++] = getppid();
	return role;
}

static void
expect_no_child(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
}

START_TEST(a_safe_volume_ends_the_checkpoint_while_the_writer_goes_on)
{
	struct checkpoint cp = { .safe_fd = -1 };

	set_up(0);
	if (fork_writer(&cp) == CHECKPOINT_WRITER) {
		checkpoint_safe(&cp);
		pause();
		_exit(9);
	}
	/* Here it is superseded, though its writer is still alive. */
	ck_assert_int_eq(shared->retries, 0);
	ck_assert_int_eq(shared->writers, 1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), 0);
}
END_TEST

START_TEST(a_writer_that_exits_without_a_word_is_followed_by_another)
{
	struct checkpoint cp = { .safe_fd = -1 };
	const pid_t me = getpid();

	set_up(3);
	const enum checkpoint_role role = fork_writer(&cp);
	if (role == CHECKPOINT_WRITER) {
		if (shared->writers < 3)
			_exit(40 + shared->writers);
		checkpoint_safe(&cp);
		_exit(0);
	}
	ck_assert_int_eq(role, CHECKPOINT_SUPERSEDED);
	ck_assert_int_eq(shared->writers, 3);
	ck_assert_int_eq(shared->retries, 2);
	ck_assert(WIFEXITED(shared->wait_status));
	ck_assert_int_eq(WEXITSTATUS(shared->wait_status), 42);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(shared->parents[i], me);
}
END_TEST

START_TEST(even_one_that_exits_with_0)
{
	struct checkpoint cp = { .safe_fd = -1 };

	set_up(0);
	const enum checkpoint_role role = fork_writer(&cp);
	if (role == CHECKPOINT_WRITER)
		_exit(0);
	ck_assert_int_eq(role, CHECKPOINT_GIVEN_UP);
	ck_assert_int_eq(shared->retries, 1);
	ck_assert_int_eq(shared->wait_status, 0);
	expect_no_child();
}
END_TEST

START_TEST(a_writer_that_is_killed_is_followed_by_another)
{
	struct checkpoint cp = { .safe_fd = -1 };

	set_up(1);
	const enum checkpoint_role role = fork_writer(&cp);
	if (role == CHECKPOINT_WRITER)
		raise(SIGKILL);
	ck_assert_int_eq(role, CHECKPOINT_GIVEN_UP);
	ck_assert_int_eq(shared->writers, 2);
	ck_assert_int_eq(shared->retries, 2);
	ck_assert(WIFSIGNALED(shared->wait_status));
	ck_assert_int_eq(WTERMSIG(shared->wait_status), SIGKILL);
	expect_no_child();
}
END_TEST

START_TEST(a_second_fork_leaves_the_first_checkpoint)
{
	struct checkpoint cp = { .safe_fd = -1 };

	set_up(5);
	if (fork_writer(&cp) == CHECKPOINT_WRITER) {
		checkpoint_safe(&cp);
		/* The process of the first volume is the next checkpoint. */
		const enum checkpoint_role role = fork_writer(&cp);
		if (role == CHECKPOINT_WRITER && shared->writers == 2)
			raise(SIGKILL);
		if (role == CHECKPOINT_WRITER) {
			checkpoint_safe(&cp);
			_exit(0);
		}
		_exit(role == CHECKPOINT_SUPERSEDED ? 11 : 12);
	}
	int status;
	const pid_t first = wait(&status);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 11);
	ck_assert_int_eq(shared->writers, 3);
	ck_assert_int_eq(shared->retries, 1);
	ck_assert_int_eq(shared->parents[0], getpid());
	ck_assert_int_eq(shared->parents[1], first);
	ck_assert_int_eq(shared->parents[2], first);
}
END_TEST

static void
on_signal(int number)
{
	(void)number;
}

START_TEST(a_signal_does_not_end_the_waiting)
{
	struct checkpoint cp = { .safe_fd = -1 };
	const struct sigaction action = { .sa_handler = on_signal };
	const struct timespec a_while = { .tv_nsec = 50000000 };

	set_up(0);
	sigaction(SIGTERM, &action, NULL);
	const enum checkpoint_role role = fork_writer(&cp);
	if (role == CHECKPOINT_WRITER) {
		for (int i = 0; i < 3; i++) {
			nanosleep(&a_while, NULL);
			kill(getppid(), SIGTERM);
		}
		checkpoint_safe(&cp);
		_exit(0);
	}
	ck_assert_int_eq(role, CHECKPOINT_SUPERSEDED);
	ck_assert_int_eq(shared->retries, 0);
}
END_TEST

START_TEST(nobody_has_to_hear_that_it_is_safe)
{
	struct checkpoint cp = { .safe_fd = -1 };

	checkpoint_safe(&cp);
	ck_assert_int_eq(cp.safe_fd, -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_safe_volume_ends_the_checkpoint_while_the_writer_goes_on,
		a_writer_that_exits_without_a_word_is_followed_by_another,
		even_one_that_exits_with_0,
		a_writer_that_is_killed_is_followed_by_another,
		a_second_fork_leaves_the_first_checkpoint,
		a_signal_does_not_end_the_waiting,
		nobody_has_to_hear_that_it_is_safe,
	};
	return unit_run("checkpoint", tests, COUNT(tests));
}
