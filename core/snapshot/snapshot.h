/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snapshot.h - make a snapshot for a job, and make sure it is removed
 *
 * The group `snapshot` of a job has commands that make and remove it, whatever
 * it is.  Before it is made, a state file on disk records that it must be
 * removed: if the engine dies before removing it, the next run of the job does
 * so. If the job has `freeze`, the filesystem is frozen while the snapshot is
 * made.
 *
 * Used by the supervisor only; its children may ask for the names.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/config/job_config.h"
#include "core/base/exit_status.h"
#include "core/base/signals.h"

struct snapshot;

/*
 * Make the snapshot of a job that has one configured.  Returns NULL, with the
 * exit status of the job in *status, after reporting why not; nothing is left
 * of it then, or that is reported.  `job` and the rest are borrowed.
 */
struct snapshot *snapshot_make(const struct job_config *job,
    struct signals *signals, struct report *rep, enum exit_status *status);

/*
 * Do the programs that make and remove it exist?  False after reporting which
 * does not.
 */
bool snapshot_check(const struct job_config *job, struct signals *signals,
    struct report *rep);

/* The date of a dump of it, in seconds: it contains all earlier changes. */
int64_t snapshot_date(const struct snapshot *s);

/* What to read in place of the job's device. */
const char *snapshot_device(const struct snapshot *s);

/* The job's device, and its mount point, or "". */
const char *snapshot_origin(const struct snapshot *s);
const char *snapshot_mount_point(const struct snapshot *s);

/*
 * Remove it.  Returns the new exit status of the job, so far `status`: a job
 * whose snapshot could not be removed is not complete.
 */
enum exit_status snapshot_remove(struct snapshot *s, enum exit_status status);

/* Free this process's data about it, and remove nothing.  Accepts NULL. */
void snapshot_free(struct snapshot *s);

#endif
