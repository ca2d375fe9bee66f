/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "core/base/clock.h"

/* A second signal within this time counts as one: timeout(1) sends two. */
#define INSISTS_NS (300 * NS_PER_MS)

static struct signals flags;
static _Atomic uint64_t cancelled_ns;	/* when first requested */

static struct {
	int channel;			/* -1: no supervisor */
	timer_t end;			/* kills the process when it fires */
	bool has_end;
} supervisor = { .channel = -1 };

static void
ask_to_end(atomic_int *flag, int value)
{
	if (flags.cancel == 0 && flags.interrupt == 0)
		cancelled_ns = clock_ns();
	else if (clock_ns() - cancelled_ns > INSISTS_NS)
		flags.insists = 1;
	*flag = value;
}

static void
on_signal(int signal_number)
{
	const int error = errno;

	switch (signal_number) {
	case SIGTERM:
		ask_to_end(&flags.cancel, signal_number);
		break;
	case SIGINT:
		ask_to_end(&flags.interrupt, 1);
		break;
	case SIGHUP:
		flags.hangup = 1;
		break;
	case SIGNALS_WAKE:
		signals_has_supervisor();
		break;
	case SIGCHLD:
		break;
	default:
		flags.status = 1;
		break;
	}
	errno = error;
}

/* No SA_RESTART: system calls must return so that the flag is checked. */
static void
install(int signal_number, void (*handler)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sigemptyset(&sa.sa_mask);
	sigaction(signal_number, &sa, NULL);
}

/* Keep what the caller has ignored (nohup). */
static void
install_unless_ignored(int signal_number)
{
	struct sigaction old;

	if (sigaction(signal_number, NULL, &old) == 0 &&
	    old.sa_handler != SIG_IGN)
		install(signal_number, on_signal);
}

struct signals *
signals_install(void)
{
	install(SIGTERM, on_signal);
	install(SIGUSR1, on_signal);
#ifdef SIGINFO
	install(SIGINFO, on_signal);
#endif
	install(SIGNALS_WAKE, on_signal);
	install(SIGCHLD, on_signal);	/* wakes it when a process ends */
	install(SIGPIPE, SIG_IGN);
	install_unless_ignored(SIGINT);
	install_unless_ignored(SIGHUP);
	return &flags;
}

const struct signals *
signals_flags(void)
{
	return &flags;
}

/* A kernel timer kills even a process that hangs.  fork() drops it. */
static void
prepare_end(void)
{
	struct sigevent event;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGKILL;
	supervisor.has_end = timer_create(CLOCK_MONOTONIC, &event,
	    &supervisor.end) == 0;
}

void
signals_leave_to_supervisor(int channel)
{
	install(SIGCHLD, SIG_DFL);
	install(SIGINT, SIG_IGN);
	install(SIGHUP, SIG_IGN);
	install(SIGUSR1, SIG_IGN);
#ifdef SIGINFO
	install(SIGINFO, SIG_IGN);
#endif
	supervisor.channel = channel;
	prepare_end();
	prctl(PR_SET_PDEATHSIG, SIGNALS_WAKE);
	signals_has_supervisor();	/* it may have died already */
}

void
signals_end_with_supervisor(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!signals_has_supervisor())
		raise(SIGKILL);
}

void
signals_outlive_supervisor(void)
{
	prctl(PR_SET_PDEATHSIG, SIGNALS_WAKE);
}

/* Also called by the handler: must not take locks. */
bool
signals_has_supervisor(void)
{
	static const struct itimerspec soon = {
		.it_value.tv_nsec = SIGNALS_ORPHAN_MS * 1000000L,
	};
	struct pollfd channel = { .fd = supervisor.channel };
	struct itimerspec left;

	if (poll(&channel, 1, 0) <= 0 || (channel.revents & POLLHUP) == 0)
		return true;
	flags.cancel = SIGKILL;
	if (supervisor.has_end && timer_gettime(supervisor.end, &left) == 0 &&
	    left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0)
		timer_settime(supervisor.end, 0, &soon, NULL);
	return false;
}

const char *
signals_who_cancels(int cancel)
{
	switch (cancel) {
	case SIGINT:
		return "the operator";
	case SIGKILL:
		return "the end of the supervisor";
	default:
		return "signal TERM";
	}
}
