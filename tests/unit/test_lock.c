/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "unit.h"

/* The last message. */
struct fixture {
	char name[64];		/* not locked by anyone else */
	char said[1024];
	int log;
	struct report *rep;
	struct signals signals;
	struct lock_request request;
};

static void
take_message(void *arg, enum de_severity severity, const char *text)
{
	struct fixture *f = arg;

	(void)severity;
	snprintf(f->said, sizeof(f->said), "%s", text);
}

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "test of process %d",
	    (int)getpid());
	f->log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	f->rep = report_new(f->log, REPORT_QUIET);
	report_set_taker(f->rep, take_message, f);
	f->request = (struct lock_request){
		.name = f->name,
		.text = "/dev/thing",
		.job = "home",
		.rep = f->rep,
		.signals = &f->signals,
	};
}

static void
teardown(struct fixture *f)
{
	report_free(f->rep);
	close(f->log);
}

/* A process that has the lock; closing `*hold` ends it. */
static pid_t
fork_holder(struct fixture *f, int *hold)
{
	int go[2], ready[2];
	char c;

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	const pid_t pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		struct lock *lock;
		close(go[1]);
		const enum lock_result result = lock_take(&f->request, &lock);
		c = (char)('0' + result);
		if (write(ready[1], &c, 1) == 1 && read(go[0], &c, 1) == 0)
			lock_release(lock);
		_exit(0);
	}
	close(go[0]);
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	ck_assert_int_eq(c, '0' + LOCK_TAKEN);
	close(ready[0]);
	*hold = go[1];
	return pid;
}

static void
end_holder(pid_t pid, int hold)
{
	close(hold);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static enum lock_result
try(struct fixture *f)
{
	struct lock *lock;
	const enum lock_result result = lock_take(&f->request, &lock);

	lock_release(lock);
	return result;
}

START_TEST(another_process_is_kept_out_and_told_by_whom)
{
	struct fixture f;
	char who[64];
	int hold;

	setup(&f);
	const pid_t pid = fork_holder(&f, &hold);
	f.request.job = "other";
	ck_assert_int_eq(try(&f), LOCK_IN_USE);
	snprintf(who, sizeof(who), "process %d (job home)", (int)pid);
	ck_assert_msg(strstr(f.said, who) != NULL, "it says: %s", f.said);
	ck_assert(!lock_is_free(&f.request));
	end_holder(pid, hold);
	ck_assert(lock_is_free(&f.request));
	ck_assert_int_eq(try(&f), LOCK_TAKEN);
	teardown(&f);
}
END_TEST

START_TEST(another_name_is_another_lock)
{
	struct fixture f;
	int hold;

	setup(&f);
	const pid_t pid = fork_holder(&f, &hold);
	f.request.name = "another test";
	ck_assert_int_eq(try(&f), LOCK_TAKEN);
	end_holder(pid, hold);
	teardown(&f);
}
END_TEST

START_TEST(a_lock_is_inherited_until_the_last_process_has_ended)
{
	struct fixture f;
	char who[64];
	int go[2], ready[2];
	pid_t child;

	setup(&f);
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		struct lock *lock;
		close(go[1]);
		if (lock_take(&f.request, &lock) != LOCK_TAKEN)
			_exit(1);
		child = fork();
		if (child == 0) {
			char c;
			_exit(read(go[0], &c, 1) == 0 ? 0 : 1);
		}
		if (write(ready[1], &child, sizeof(child)) == -1)
			_exit(1);
		_exit(0);	/* like a killed one: releases nothing */
	}
	close(go[0]);
	ck_assert_int_eq(read(ready[0], &child, sizeof(child)), sizeof(child));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(try(&f), LOCK_IN_USE);
	snprintf(who, sizeof(who), "process %d (job home)", (int)child);
	ck_assert_msg(strstr(f.said, who) != NULL, "it says: %s", f.said);
	close(go[1]);
	f.request.deadline = clock_ns() + 30 * NS_PER_SECOND;
	ck_assert_int_eq(try(&f), LOCK_TAKEN);
	close(ready[0]);
	close(ready[1]);
	teardown(&f);
}
END_TEST

START_TEST(who_waits_gets_it_when_it_is_free)
{
	struct fixture f;
	int hold;

	setup(&f);
	f.request.deadline = clock_ns() + 60 * NS_PER_SECOND;
	const pid_t pid = fork_holder(&f, &hold);
	const pid_t waiter = fork();
	if (waiter == 0) {
		close(hold);
		_exit((int)try(&f));
	}
	end_holder(pid, hold);
	int status;
	ck_assert_int_eq(waitpid(waiter, &status, 0), waiter);
	ck_assert_int_eq(WEXITSTATUS(status), LOCK_TAKEN);
	teardown(&f);
}
END_TEST

START_TEST(a_signal_ends_the_waiting)
{
	struct fixture f;
	int hold;

	setup(&f);
	const pid_t pid = fork_holder(&f, &hold);
	f.request.deadline = clock_ns() + 60 * NS_PER_SECOND;
	f.signals.cancel = SIGTERM;
	ck_assert_int_eq(try(&f), LOCK_CANCELLED);
	f.signals.cancel = 0;
	f.signals.interrupt = 1;
	ck_assert_int_eq(try(&f), LOCK_CANCELLED);
	end_holder(pid, hold);
	teardown(&f);
}
END_TEST

/* Like two users, whose directories differ. */
START_TEST(a_node_is_locked_whatever_the_name)
{
	struct fixture f;
	char node[] = "test_lock.XXXXXX", who[64];
	int hold;

	setup(&f);
	const int fd = mkstemp(node);
	ck_assert_int_ne(fd, -1);
	f.request.node = node;
	const pid_t pid = fork_holder(&f, &hold);
	f.request.name = "another test";
	ck_assert_int_eq(try(&f), LOCK_IN_USE);
	snprintf(who, sizeof(who), "process %d;", (int)pid);
	ck_assert_msg(strstr(f.said, who) != NULL, "it says: %s", f.said);
	end_holder(pid, hold);
	ck_assert_int_eq(try(&f), LOCK_TAKEN);
	close(fd);
	unlink(node);
	/* The output reports what does not exist. */
	ck_assert_int_eq(try(&f), LOCK_TAKEN);
	teardown(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		another_process_is_kept_out_and_told_by_whom,
		another_name_is_another_lock,
		a_lock_is_inherited_until_the_last_process_has_ended,
		who_waits_gets_it_when_it_is_free,
		a_signal_ends_the_waiting,
		a_node_is_locked_whatever_the_name,
	};
	return unit_run("lock", tests, COUNT(tests));
}
