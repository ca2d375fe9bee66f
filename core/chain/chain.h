/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain.h - where a dump stands in its chain of levels
 *
 * Finds the dump that a level builds on, records each dump in the history and
 * in its dumpdates file, and tells outputs which dumps they must not overwrite.
 *
 * Used by every process of a dump.  Each has its own copy; shared state lives
 * on disk.
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
 * `name` is the name of the source in dumpdates.  All arguments are borrowed
 * until chain_free().  Returns NULL after reporting that memory ran out.
 */
struct chain *chain_new(const struct job_config *job, const char *name,
    struct report *rep, const atomic_int *cancelled);
void chain_free(struct chain *chain);

/*
 * Set the filesystem, date and host, as the headers record them.  `dated`: the
 * source is a snapshot taken on `date`.  Copies the strings.  Returns false
 * after reporting that memory ran out.
 */
bool chain_set_source(struct chain *chain, const struct de_source_info *info,
    int64_t date, bool dated, const char *filesystem, const char *host);

/*
 * Finish what earlier runs with the same name and dumpdates file left undone:
 * record dumps that could not be recorded at the time, and report those that
 * were killed.  Does nothing if the job does not update dumpdates.
 */
void chain_catch_up(const struct chain *chain);

/*
 * Find the base for level->number, which must be above 0: the latest dump of a
 * lower level that is of the same filesystem, selected everything this one
 * would, is not dated in the future, and whose own bases still exist.  Reports
 * each candidate it skips.  Fills in base_date (0: no base), base_level, since
 * and retake.  Returns false after reporting an error.
 */
bool chain_find_base(const struct chain *chain, struct level *level);

/*
 * Date the dump `date`, but have the next level also take changes made in the
 * `room` seconds before it.  Call after chain_find_base().
 */
void chain_leave_room(struct chain *chain, int64_t date, int64_t room);

/* Set the date alone, for callers that do not know the source. */
void chain_set_date(struct chain *chain, int64_t date);

/* Set the level and the base. */
void chain_set_level(struct chain *chain, const struct level *level);

/*
 * Record the inodes that exist but are left out of the dump.  If they form too
 * many ranges, neighbouring ranges are merged, with the inodes between them.
 * Returns false after reporting that memory ran out.
 */
bool chain_set_left_out(struct chain *chain, const struct inomap *left_out);

/*
 * Record the dump as running, synced to disk, and fill in `id`.  `supervisor`
 * is the process that lives as long as the run.  Failure is a warning, or a
 * debug message if no later level can build on the dump.
 */
void chain_begin(struct chain *chain, pid_t supervisor, struct history_id *id);

enum chain_noted {
	CHAIN_NOTED,
	CHAIN_NOT_NOTED,	/* cannot write the file; reported */
	CHAIN_NO_BASE		/* its base is gone, so it cannot be a base;
				   reported */
};

/*
 * Record a complete dump in its dumpdates file, and remove entries dated later
 * than it, with a warning.
 */
enum chain_noted chain_note(const struct chain *chain);

/* Hooks for outputs; see dump_state(), ..._retire() and ..._find() in plugin.h. */
enum de_dump_state chain_dump_state(void *chain,
    const struct de_dump_found *found);
enum de_status chain_retire(void *chain, const struct de_dump_found *found);
void chain_find_dump(const struct chain *chain, const void *bytes,
    size_t length, void (*take)(void *arg, const struct de_dump_found *found),
    void *arg);

#endif
