/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * signals.h - what signals have requested
 *
 * Handlers only set flags; the flags are checked where work is handed out.
 * They are file-scope variables, because a signal handler has no argument.
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

/* How long a process may go on after the supervisor's death. */
#define SIGNALS_ORPHAN_MS 700

struct signals {
	atomic_int cancel;	/* SIGTERM: its number; SIGKILL: the supervisor
				   died */
	atomic_int interrupt;	/* SIGINT: ask whether to abort */
	atomic_int insists;	/* either one again: end at once */
	atomic_int status;	/* SIGUSR1, SIGINFO: show the status */
	atomic_int hangup;	/* SIGHUP: the terminal is gone */
};

/* For the supervisor.  Returns the flags, which handlers set from now on. */
struct signals *signals_install(void);

/* The flags; none is set without handlers. */
const struct signals *signals_flags(void);

/*
 * For each process that it forks: only SIGTERM reaches these.  The supervisor
 * decides about signals that a terminal sends to all processes.  When its end
 * of `channel` closes, the supervisor has died: `cancel` is set, and
 * SIGNALS_ORPHAN_MS later the process is killed, whatever it is doing.
 */
void signals_leave_to_supervisor(int channel);

/*
 * For a child of the supervisor with nothing to discard: it ends with the
 * supervisor at once.  The other function reverts this.
 */
void signals_end_with_supervisor(void);
void signals_outlive_supervisor(void);

/*
 * Is the supervisor alive?  If not, the above has been started.  True if there
 * is none (`channel` is -1).  Any thread.
 */
bool signals_has_supervisor(void);

/* Who requested the abort, by `cancel`, for messages. */
const char *signals_who_cancels(int cancel);

#endif
