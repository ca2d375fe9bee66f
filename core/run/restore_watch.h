/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_watch.h - shows the progress of a restore run, and takes its signals
 *
 * A thread of its own, so that a slow medium delays neither.  SIGINT and SIGTERM
 * cancel the run, which then ends with what it has; a second one ends the
 * process at once.
 */
#ifndef CORE_RESTORE_WATCH_H
#define CORE_RESTORE_WATCH_H

#include <stdint.h>

#include "core/base/report.h"
#include "core/base/signals.h"

struct restore_watch;

/* Both borrowed.  NULL if out of memory, or no thread can be started. */
struct restore_watch *restore_watch_new(struct report *rep,
    struct signals *signals);

/* Ends the thread and clears the line.  Accepts NULL. */
void restore_watch_free(struct restore_watch *w);

/* A phase begins in which `bytes` will be read; 0: unknown.  Main thread. */
void restore_watch_begin(struct restore_watch *w, uint64_t bytes);

/* So many bytes of the set that is being read have been read.  Main thread. */
void restore_watch_note(struct restore_watch *w, uint64_t bytes);

/* Another set is read; what was noted of the last one counts on.  Likewise. */
void restore_watch_next_set(struct restore_watch *w);

/*
 * From now on SIGINT stops only what is being done, until it is called with
 * false.  Main thread.
 */
void restore_watch_may_stop(struct restore_watch *w, bool may_stop);
bool restore_watch_is_stopped(const struct restore_watch *w);

/* While an operator types: show nothing.  Main thread. */
void restore_watch_pause(struct restore_watch *w, bool pause);

#endif
