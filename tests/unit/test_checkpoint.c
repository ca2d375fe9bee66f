/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/checkpoint.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

/* Shared by all processes of a test. */
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
retry(void *arg, pid_t pid, int wait_status)
{
	ck_assert_ptr_eq(arg, shared);
	ck_assert_int_gt(pid, 0);
	shared->retries++;
	shared->wait_status = wait_status;
	return shared->retries <= shared->allowed;
}

#define GIVEN_UP 77		/* exit status of a checkpoint */

/*
 * Fork a separate checkpoint, which exits with 0 when its volume is safe, and
 * with GIVEN_UP otherwise.  Each writer runs `write_volume`.
 */
static pid_t
start_checkpoint(void (*write_volume)(struct checkpoint *cp))
{
	struct checkpoint cp = { .safe_fd = -1, .lifeline = -1 };
	const pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid > 0)
		return pid;
	if (checkpoint_fork(&cp, retry, shared) != CHECKPOINT_WRITER)
		_exit(GIVEN_UP);
	shared->parents[shared->writers++] = getppid();
	write_volume(&cp);
	_exit(0);
}

static int
exit_status_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
be_safe_and_stay(struct checkpoint *cp)
{
	checkpoint_safe(cp);
	pause();
}

START_TEST(a_safe_volume_ends_the_checkpoint_while_the_writer_goes_on)
{
	set_up(0);
	ck_assert_int_eq(exit_status_of(start_checkpoint(be_safe_and_stay)), 0);
	ck_assert_int_eq(shared->retries, 0);
	ck_assert_int_eq(shared->writers, 1);
}
END_TEST

/* The writer sees the end of the checkpoint, as its parent pid changes. */
static void
look_for_checkpoint(struct checkpoint *cp)
{
	const pid_t checkpoint = getppid();

	checkpoint_safe(cp);
	shared->parents[7] = getppid() == checkpoint ? 0 : 1;
	shared->writers = 5;
}

START_TEST(a_writer_goes_on_when_its_checkpoint_has_ended)
{
	set_up(0);
	ck_assert_int_eq(exit_status_of(
	    start_checkpoint(look_for_checkpoint)), 0);
	for (int i = 0; i < 100 && shared->writers != 5; i++)
		usleep(20000);
	ck_assert_int_eq(shared->parents[7], 1);
}
END_TEST

static void
fail_twice(struct checkpoint *cp)
{
	if (shared->writers < 3)
		_exit(40 + shared->writers);
	checkpoint_safe(cp);
}

START_TEST(a_writer_that_exits_without_a_word_is_followed_by_another)
{
	set_up(3);
	const pid_t checkpoint = start_checkpoint(fail_twice);
	ck_assert_int_eq(exit_status_of(checkpoint), 0);
	ck_assert_int_eq(shared->writers, 3);
	ck_assert_int_eq(shared->retries, 2);
	ck_assert(WIFEXITED(shared->wait_status));
	ck_assert_int_eq(WEXITSTATUS(shared->wait_status), 42);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(shared->parents[i], checkpoint);
}
END_TEST

static void
say_nothing(struct checkpoint *cp)
{
	(void)cp;
}

START_TEST(even_one_that_exits_with_0)
{
	set_up(0);
	ck_assert_int_eq(exit_status_of(start_checkpoint(say_nothing)),
	    GIVEN_UP);
	ck_assert_int_eq(shared->retries, 1);
	ck_assert_int_eq(shared->wait_status, 0);
}
END_TEST

static void
be_killed(struct checkpoint *cp)
{
	(void)cp;
	raise(SIGKILL);
}

START_TEST(a_writer_that_is_killed_is_followed_by_another)
{
	set_up(1);
	ck_assert_int_eq(exit_status_of(start_checkpoint(be_killed)),
	    GIVEN_UP);
	ck_assert_int_eq(shared->writers, 2);
	ck_assert_int_eq(shared->retries, 2);
	ck_assert(WIFSIGNALED(shared->wait_status));
	ck_assert_int_eq(WTERMSIG(shared->wait_status), SIGKILL);
}
END_TEST

/* The process of the first volume is the next checkpoint. */
static void
write_two_volumes(struct checkpoint *cp)
{
	checkpoint_safe(cp);
	if (checkpoint_fork(cp, retry, shared) != CHECKPOINT_WRITER)
		_exit(GIVEN_UP);
	shared->parents[shared->writers++] = getppid();
	if (shared->writers == 2)
		raise(SIGKILL);
	checkpoint_safe(cp);
	shared->writers = 5;
}

START_TEST(a_second_fork_leaves_the_first_checkpoint)
{
	set_up(5);
	const pid_t first = start_checkpoint(write_two_volumes);
	ck_assert_int_eq(exit_status_of(first), 0);
	for (int i = 0; i < 100 && shared->writers != 5; i++)
		usleep(20000);
	ck_assert_int_eq(shared->writers, 5);
	ck_assert_int_eq(shared->retries, 1);
	ck_assert_int_eq(shared->parents[0], first);
	ck_assert_int_ne(shared->parents[1], first);
	ck_assert_int_eq(shared->parents[2], shared->parents[1]);
}
END_TEST

static void
on_signal(int number)
{
	(void)number;
}

static void
send_signals(struct checkpoint *cp)
{
	const struct timespec a_while = { .tv_nsec = 50000000 };

	for (int i = 0; i < 3; i++) {
		nanosleep(&a_while, NULL);
		kill(getppid(), SIGTERM);
	}
	checkpoint_safe(cp);
}

START_TEST(a_signal_does_not_end_the_waiting)
{
	const struct sigaction action = { .sa_handler = on_signal };

	set_up(0);
	sigaction(SIGTERM, &action, NULL);
	ck_assert_int_eq(exit_status_of(start_checkpoint(send_signals)), 0);
	ck_assert_int_eq(shared->retries, 0);
}
END_TEST

START_TEST(nobody_has_to_hear_that_it_is_safe)
{
	struct checkpoint cp = { .safe_fd = -1, .lifeline = -1 };

	checkpoint_safe(&cp);
	ck_assert_int_eq(cp.safe_fd, -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_safe_volume_ends_the_checkpoint_while_the_writer_goes_on,
		a_writer_goes_on_when_its_checkpoint_has_ended,
		a_writer_that_exits_without_a_word_is_followed_by_another,
		even_one_that_exits_with_0,
		a_writer_that_is_killed_is_followed_by_another,
		a_second_fork_leaves_the_first_checkpoint,
		a_signal_does_not_end_the_waiting,
		nobody_has_to_hear_that_it_is_safe,
	};
	return unit_run("checkpoint", tests, COUNT(tests));
}
