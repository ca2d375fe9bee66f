/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frozen.h - a note on disk that a filesystem is frozen
 *
 * In case all processes that could thaw it are killed at once, for instance
 * with their control group: DIRECTORY/JOB.frozen names it, and is locked while
 * one of them lives.  The next run of the job, or --check, then thaws it.
 */
#ifndef CORE_FROZEN_H
#define CORE_FROZEN_H

#include "core/base/report.h"

struct frozen;

/*
 * Record that `mount_point` is about to be frozen; all but `mount_point` and
 * `rep` are copied.  Returns NULL, after a warning, if that cannot be recorded.
 */
struct frozen *frozen_note(const char *folder, const char *job,
    const char *mount_point, struct report *rep);

/* The descriptor that holds the lock, for a process that must hold it, too. */
int frozen_fd(const struct frozen *f);

/* Thawed: remove the note. */
void frozen_remove(const struct frozen *f);

/* Release it in this process; the note stays.  Accepts NULL. */
void frozen_free(struct frozen *f);

/*
 * Thaw what dead processes left frozen, with a warning.  Waits for those that
 * are about to thaw it themselves.
 */
void frozen_thaw_left(const char *folder, const char *job, struct report *rep);

#endif
