/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * media.h - drives, files and changers of a run: no two users at a time
 *
 * Before anything is opened, the jobs of a run say what they use.  Two of them
 * that write to the same are refused, as the second would overwrite what the
 * first has written; what another run uses is waited for, or the job is refused.
 * The locks are held to the end of the run, between volumes and jobs, too.
 *
 * The supervisor's; the processes that it forks inherit the locks.
 */
#ifndef CORE_MEDIA_H
#define CORE_MEDIA_H

#include "core/config/job_config.h"
#include "core/base/signals.h"
#include "core/volume/places.h"

struct media;

/* Returns NULL if out of memory, which it has reported. */
struct media *media_new(struct report *rep, struct signals *signals);

/*
 * Add the next job of the run, and ask what it uses; `job` is borrowed.  One
 * that cannot be asked is refused.  False if out of memory.
 */
bool media_add(struct media *media, const struct job_config *job);

/*
 * Does each job write to what is its own, and to nothing that the run needs?
 * False after reporting what is not.
 */
bool media_are_distinct(const struct media *media,
    struct places *places);

/*
 * Take the locks of all jobs, waiting as each of them says.  A job that cannot
 * have all of its own is refused, with a message.  Returns early when a signal
 * comes.
 */
void media_lock(struct media *media);

/* As it, but look only: whoever has something, a run would have to wait. */
void media_look(struct media *media);

/* Has it all that it needs? */
bool media_has(const struct media *media, const struct job_config *job);

/* Free all, and let go of the locks in the process that took them. */
void media_release(struct media *media);

/* Free all in a process that inherited it.  Both take NULL. */
void media_forget(struct media *media);

#endif
