/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/signals.h"

#include <string.h>

static struct signals flags;

static void
on_signal(int signal_number)
{
	switch (signal_number) {
	case SIGTERM:
		flags.cancel = signal_number;
		break;
	case SIGINT:
		flags.interrupt = 1;
		break;
	case SIGHUP:
		flags.hangup = 1;
		break;
	case SIGNALS_WAKE:
	case SIGCHLD:
		break;
	default:
		flags.status = 1;
		break;
	}
}

/* No SA_RESTART: a system call is to end, so that the flag is looked at. */
static void
install(int signal_number, void (*handler)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sigemptyset(&sa.sa_mask);
	sigaction(signal_number, &sa, NULL);
}

/* What was ignored by the caller (nohup) stays so. */
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
	install(SIGCHLD, on_signal);	/* to be awake when a process ends */
	install(SIGPIPE, SIG_IGN);
	install_unless_ignored(SIGINT);
	install_unless_ignored(SIGHUP);
	return &flags;
}

void
signals_leave_to_supervisor(void)
{
	install(SIGCHLD, SIG_DFL);
	install(SIGINT, SIG_IGN);
	install(SIGHUP, SIG_IGN);
	install(SIGUSR1, SIG_IGN);
#ifdef SIGINFO
	install(SIGINFO, SIG_IGN);
#endif
}

const char *
signals_who_cancels(int cancel)
{
	return cancel == SIGINT ? "the operator" : "signal TERM";
}
