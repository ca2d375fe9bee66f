/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain.h - a dump among those before and after it
 *
 * What a job dumps, what that builds on, and how it ends goes into the history
 * and into its dumpdates file.  Asked by the outputs, it says what must not be
 * overwritten.
 *
 * Used by all processes of a dump, each with its own copy: what they share is on
 * the disk.
 */
#ifndef CORE_CHAIN_H
#define CORE_CHAIN_H

#include <stdatomic.h>

#include "core/config/job_config.h"
#include "core/base/exit_status.h"
#include "core/chain/history_record.h"
#include "core/format/inomap.h"
#include "core/host/source.h"

struct chain;
struct level;

/*
 * Of a job; all is borrowed.  `name` is what its source is called in dumpdates.
 * Returns NULL after reporting that it is out of memory.
 */
struct chain *chain_new(const struct job_config *job, const char *name,
    struct report *rep, const atomic_int *cancelled);
void chain_free(struct chain *chain);

/*
 * What is dumped, and of when; what the headers say.  `dated`: it is a snapshot
 * of which that is the date.  Texts are copied.  Returns false after
 * reporting that it is out of memory.
 */
bool chain_set_source(struct chain *chain, const struct de_source_info *info,
    int64_t date, bool dated, const char *filesystem, const char *host);

/*
 * What earlier runs of jobs with that name and dumpdates file have left undone: a
 * dump that could not be noted is noted now, one that was killed is named.  Of a
 * job that does not update the file, nothing.
 */
void chain_catch_up(const struct chain *chain);

/*
 * Find the dump that one of level->number, above 0, builds on: the latest with a
 * lower level that is of the same filesystem, took all that this one would
 * take, is not from the future, and builds on others that are there still.
 * Names those that it passes over.  Fills in base_date (0: there is none),
 * base_level, since and retake.  Returns false after reporting why it cannot be
 * known.
 */
bool chain_find_base(const struct chain *chain, struct level *level);

/*
 * Its date is that one, but the next level is to take what has changed in the
 * `room` seconds before as well.  After its base has been found.
 */
void chain_leave_room(struct chain *chain, int64_t date, int64_t room);

/* Just the date, where the source is not known. */
void chain_set_date(struct chain *chain, int64_t date);

/* Its level, and what it builds on. */
void chain_set_level(struct chain *chain, const struct level *level);

/*
 * These inodes are there, but not in the dump.  Where they are too many ranges, some
 * between them go with them.  Returns false after reporting if out of memory.
 */
bool chain_set_left_out(struct chain *chain, const struct inomap *left_out);

/*
 * The dump begins: note it as running, safely on the disk.  `supervisor` is the
 * process that lives as long as the run.  Where it cannot be noted that is a
 * warning, if a later level could want to know it.
 */
void chain_begin(struct chain *chain, pid_t supervisor, struct history_id *id);

enum chain_noted {
	CHAIN_NOTED,
	CHAIN_NOT_NOTED,	/* the file cannot be written; reported */
	CHAIN_NO_BASE		/* nothing may build on it; reported */
};

/*
 * The dump is whole: put it into its dumpdates file, and take out what has a later
 * date, with a warning.
 */
enum chain_noted chain_note(const struct chain *chain);

/* Hooks of an output: see dump_state() and dump_retire() in plugin.h. */
enum de_dump_state chain_dump_state(void *chain,
    const struct de_dump_found *found);
enum de_status chain_retire(void *chain, const struct de_dump_found *found);

#endif
