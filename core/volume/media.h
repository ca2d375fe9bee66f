/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * media.h - exclusive use of the drives, files and changers of a run
 *
 * Before anything is opened, the jobs of a run name what they use.  Two jobs
 * that write to the same place are refused, as the second would overwrite the
 * first.  If another run uses something, the job waits or is refused.  Locks
 * are held until the end of the run, also between volumes and jobs.
 *
 * Supervisor only; the processes that it forks inherit the locks.
 */
#ifndef CORE_MEDIA_H
#define CORE_MEDIA_H

#include "core/config/job_config.h"
#include "core/base/signals.h"
#include "core/volume/places.h"

struct media;

/* Returns NULL after reporting that memory ran out. */
struct media *media_new(struct report *rep, struct signals *signals);

/*
 * Add the next job of the run, and ask its plugins what it uses; `job` is
 * borrowed.  A job whose plugins cannot tell is refused.  False if out of
 * memory.
 */
bool media_add(struct media *media, const struct job_config *job);

/*
 * Do all jobs write to different places, and to nothing that the run needs?
 * False after reporting every clash.
 */
bool media_are_distinct(const struct media *media,
    struct places *places);

/*
 * Take the locks of all jobs, each waiting up to its wait_for_medium.  A job
 * that cannot get all of its locks is refused with a message.  Returns early on
 * a signal.
 */
void media_lock(struct media *media);

/* Check whether media_lock() would succeed, without taking any lock. */
void media_look(struct media *media);

/* Did the job get everything that it needs? */
bool media_has(const struct media *media, const struct job_config *job);

/* Free everything and release the locks, in the process that took them. */
void media_release(struct media *media);

/* Free everything in a process that inherited it.  Both accept NULL. */
void media_forget(struct media *media);

#endif
