/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * signals.h - what SIGINT and SIGTERM have asked for
 *
 * Handlers do nothing but set a flag; it is looked at where work is handed
 * out.  The flag is the one variable at file scope in the engine: a signal
 * handler gets no argument.
 */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include <signal.h>

/* Does nothing but to interrupt the system call of the thread it is sent to. */
#define SIGNALS_WAKE SIGUSR2

/* SIGINT, SIGTERM, SIGHUP: cancel.  SIGPIPE: an error of a write. */
void signals_install(void);

/* Set to the signal's number when the run is to end. */
const volatile sig_atomic_t *signals_cancelled(void);

#endif
