/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * signals.h - what signals have asked for
 *
 * Handlers do nothing but set a flag; flags are looked at where work is handed
 * out.  They are variables at file scope, as a signal handler gets no
 * argument.
 */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Does nothing but to interrupt the system call of the thread it is sent to. */
#define SIGNALS_WAKE SIGUSR2

struct signals {
	atomic_int cancel;	/* SIGTERM: its number */
	atomic_int interrupt;	/* SIGINT: ask whether to abort */
	atomic_int status;	/* SIGUSR1, SIGINFO: show the status */
	atomic_int hangup;	/* SIGHUP: the terminal is gone */
};

/* For the supervisor.  Returns the flags, which handlers set from now on. */
struct signals *signals_install(void);

/*
 * For the processes that it forks: only SIGTERM is theirs.  What a terminal
 * sends to all of its processes is for the supervisor to decide about.
 */
void signals_leave_to_supervisor(void);

/* Who it is that wants to end it, by `cancel`, for messages. */
const char *signals_who_cancels(int cancel);

#endif
