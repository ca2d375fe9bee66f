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

/*
 * Does nothing but to interrupt the system call of the thread it is sent to.
 * The kernel sends it, too, when the process that has forked this one ends.
 */
#define SIGNALS_WAKE SIGUSR2

/* How long a process may go on when the supervisor is gone. */
#define SIGNALS_ORPHAN_MS 700

struct signals {
	atomic_int cancel;	/* SIGTERM: its number; SIGKILL: the supervisor
				   is gone */
	atomic_int interrupt;	/* SIGINT: ask whether to abort */
	atomic_int insists;	/* either of them again: end at once */
	atomic_int status;	/* SIGUSR1, SIGINFO: show the status */
	atomic_int hangup;	/* SIGHUP: the terminal is gone */
};

/* For the supervisor.  Returns the flags, which handlers set from now on. */
struct signals *signals_install(void);

/* The flags; none is set if there are no handlers. */
const struct signals *signals_flags(void);

/*
 * For the processes that it forks, each of them anew: only SIGTERM is theirs.
 * What a terminal sends to all of its processes is for the supervisor to decide
 * about.  When its end of `channel` is closed, it is gone: then `cancel` is set,
 * and SIGNALS_ORPHAN_MS later the process is killed, whatever it is doing.
 */
void signals_leave_to_supervisor(int channel);

/*
 * For one whose parent is the supervisor, and which has nothing to discard: it
 * ends with that at once.  The other one takes this back.
 */
void signals_end_with_supervisor(void);
void signals_outlive_supervisor(void);

/*
 * Is the supervisor there?  If not, what stands above has begun.  True where
 * there is none, as `channel` is -1.  Any thread.
 */
bool signals_has_supervisor(void);

/* Who it is that wants to end it, by `cancel`, for messages. */
const char *signals_who_cancels(int cancel);

#endif
