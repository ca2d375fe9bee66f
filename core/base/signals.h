/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * signals.h - signals as flags
 *
 * Handlers only set flags, which are checked wherever work is handed out.  The
 * flags have file scope because a signal handler gets no argument.
 */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * Only interrupts the system call of the thread it is sent to.  The kernel also
 * sends it when the parent process ends.
 */
#define SIGNALS_WAKE SIGUSR2

/* How long a process may continue after the supervisor has died. */
#define SIGNALS_ORPHAN_MS 700

struct signals {
	atomic_int cancel;	/* SIGTERM: its number; SIGKILL: the supervisor
				   died */
	atomic_int interrupt;	/* SIGINT: ask whether to abort */
	atomic_int insists;	/* a second SIGTERM or SIGINT: end at once */
	atomic_int status;	/* SIGUSR1, SIGINFO: show the status */
	atomic_int hangup;	/* SIGHUP: the terminal is gone */
};

/* Install the handlers in the supervisor.  Returns the flags they set. */
struct signals *signals_install(void);

/* The flags; all zero without handlers. */
const struct signals *signals_flags(void);

/*
 * Leave all signals but SIGTERM to the supervisor, which decides about those
 * that a terminal sends to all processes.  Every process that it forks calls
 * this.  If the supervisor's end of `channel` closes, it has died: `cancel` is
 * set, and the process is killed SIGNALS_ORPHAN_MS later.
 */
void signals_leave_to_supervisor(int channel);

/*
 * In a child of the supervisor with nothing to discard: be killed as soon as
 * the supervisor dies.  signals_outlive_supervisor() undoes this.
 */
void signals_end_with_supervisor(void);
void signals_outlive_supervisor(void);

/*
 * Is the supervisor alive?  If not, `cancel` is set and the time to the kill
 * has begun.  True also in a process without a supervisor.  Any thread.
 */
bool signals_has_supervisor(void);

/* Who requested the abort, for messages, from the value of `cancel`. */
const char *signals_who_cancels(int cancel);

#endif
