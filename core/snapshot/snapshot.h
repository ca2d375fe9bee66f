/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snapshot.h - make a snapshot for a job, and see that it goes again
 *
 * The group `snapshot` of a job has commands that make and remove it, whatever
 * it is.  That it has to be removed is on the disk before it is made, in
 * a state file: should the engine not live to remove it, the next run
 * of the job does.  If the job has `freeze`, the filesystem is frozen while
 * the snapshot is made.
 *
 * The supervisor's alone; what it forks may ask for the names.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/config/job_config.h"
#include "core/base/exit_status.h"
#include "core/base/signals.h"

struct snapshot;

/*
 * Make the snapshot of a job that has one configured.  Returns NULL, with the
 * exit status of the job in *status, after reporting why not; then nothing is
 * left of it, or it is said so.  `job` and the rest are borrowed.
 */
struct snapshot *snapshot_make(const struct job_config *job,
    struct signals *signals, struct report *rep, enum exit_status *status);

/*
 * Are the programs there that make and remove it?  False after reporting which
 * is not.
 */
bool snapshot_check(const struct job_config *job, struct signals *signals,
    struct report *rep);

/* The date of a dump of it, seconds: what had changed before that is in it. */
int64_t snapshot_date(const struct snapshot *s);

/* What is to be read in place of the job's device. */
const char *snapshot_device(const struct snapshot *s);

/* The job's device, and where it is mounted, or "". */
const char *snapshot_origin(const struct snapshot *s);
const char *snapshot_mount_point(const struct snapshot *s);

/*
 * Remove it.  Returns the exit status of the job, which `status` has been up to
 * now: one that could not be removed does not leave it complete.
 */
enum exit_status snapshot_remove(struct snapshot *s, enum exit_status status);

/* Free what this process has of it, and remove nothing.  Takes NULL. */
void snapshot_free(struct snapshot *s);

#endif
