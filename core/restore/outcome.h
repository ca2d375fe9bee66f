/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * outcome.h - what is not as it is in the set, by path
 *
 * Whatever part of a restore run finds a fault says so here, once; it is shown,
 * counted, and kept for the JSON report.  Any thread.  Keeps at most
 * OUTCOME_LISTED faults; the others are shown and counted only.
 */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include <stdint.h>

#include "core/base/exit_status.h"
#include "core/base/report.h"
#include "core/read/names.h"

#define OUTCOME_LISTED 1000

enum outcome_kind {
	OUTCOME_MISSING,	/* an inode, or part of its contents */
	OUTCOME_DIFFERENT,	/* compare: it is not as in the set */
	OUTCOME_ATTRIBUTE,	/* something of it could not be set that should
				   have been */
	OUTCOME_DAMAGE,		/* of the set, not known to concern an inode */
	OUTCOME_NOTE		/* does not count: nothing is wrong */
};

struct outcome;

/* NULL if out of memory. */
struct outcome *outcome_new(struct report *rep);
void outcome_free(struct outcome *o);

/* By which inodes get their paths; NULL: "inode N". */
void outcome_set_names(struct outcome *o, const struct names *names);

/*
 * "./path (inode 12): TEXT".  `inode` 0: TEXT alone.  The format is a phrase
 * without a full stop: "bytes 4096 to 8191 are lost: ...".
 */
void outcome_add(struct outcome *o, enum outcome_kind kind, uint32_t inode,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Something that an ordinary user may not do, such as chown(2): said once for
 * each `what` ("owners", "trusted attributes"), as a warning that does not
 * count.  `what` is a literal.
 */
void outcome_not_permitted(struct outcome *o, const char *what);

uint64_t outcome_count(const struct outcome *o, enum outcome_kind kind);

/* STATUS_COMPLETE, or STATUS_INCOMPLETE if anything counts. */
enum exit_status outcome_status(const struct outcome *o);

/* Each one listed: for the report.  Returns when `take` has had all. */
void outcome_each(const struct outcome *o, void (*take)(void *arg,
    enum outcome_kind kind, uint32_t inode, const char *path,
    const char *text), void *arg);

#endif
