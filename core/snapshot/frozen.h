/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frozen.h - a note on the disk that a filesystem is frozen
 *
 * For the case that all processes that could thaw it are killed at once, as
 * with their control group: FOLDER/JOB.frozen names it, and is locked as long as
 * one of them lives.  The next run of the job, or --check, thaws what is left.
 */
#ifndef CORE_FROZEN_H
#define CORE_FROZEN_H

#include "core/base/report.h"

struct frozen;

/*
 * Note that `mount_point` is about to be frozen; all but `mount_point` and `rep`
 * are copied.  Returns NULL, after a warning, if that cannot be noted.
 */
struct frozen *frozen_note(const char *folder, const char *job,
    const char *mount_point, struct report *rep);

/* The descriptor that holds the lock, for a process that is to hold it, too. */
int frozen_fd(const struct frozen *f);

/* It is thawed: remove the note. */
void frozen_remove(const struct frozen *f);

/* Let go of it in this process; the note stays.  Takes NULL. */
void frozen_free(struct frozen *f);

/*
 * Thaw what processes that are gone have left frozen, with a warning.  Waits for
 * those that are about to thaw it themselves.
 */
void frozen_thaw_left(const char *folder, const char *job, struct report *rep);

#endif
