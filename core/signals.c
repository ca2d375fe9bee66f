/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/signals.h"

#include <string.h>

static volatile sig_atomic_t cancelled;

static void
on_cancel(int signal_number)
{
	cancelled = signal_number;
}

static void
on_wake(int signal_number)
{
	(void)signal_number;
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
install_unless_ignored(int signal_number, void (*handler)(int))
{
	struct sigaction old;

	if (sigaction(signal_number, NULL, &old) == 0 &&
	    old.sa_handler != SIG_IGN)
		install(signal_number, handler);
}

void
signals_install(void)
{
	install_unless_ignored(SIGINT, on_cancel);
	install_unless_ignored(SIGHUP, on_cancel);
	install(SIGTERM, on_cancel);
	install(SIGPIPE, SIG_IGN);
	install(SIGNALS_WAKE, on_wake);
}

const volatile sig_atomic_t *
signals_cancelled(void)
{
	return &cancelled;
}
