/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_decision.h - which dumps of the catalogue stay, and why
 *
 * By the rules of the jobs in the configuration, and by what the next dump of a
 * job would build on.  Changes nothing.  Some hundred bytes for each dump.
 */
#ifndef CORE_CATALOG_DECISION_H
#define CORE_CATALOG_DECISION_H

#include "core/catalog/retention.h"
#include "core/run/catalog_book.h"

struct catalog_decision {
	struct catalog_task_run *t;		/* borrowed; set by the caller,
						   the rest is 0 at first */
	struct catalog_book book;
	/* All dumps by date, and what is decided of each. */
	struct catalog_book_dump *dumps;	/* owned; texts are the book's */
	struct retention_dump *decided;		/* owned */
	size_t count;
};

/*
 * Dumps of jobs that the configuration has not, or if there is none, stay.
 * False if the run has to end; free it in either case.
 */
bool catalog_decision_make(struct catalog_decision *e);
void catalog_decision_free(struct catalog_decision *e);

/* Its place in the list; `count` if it is not there. */
size_t catalog_decision_find(const struct catalog_decision *e, int64_t id);

/* Is it of the job that was asked for, if any? */
bool catalog_decision_is_wanted(const struct catalog_decision *e, size_t place);

bool catalog_decision_goes(const struct catalog_decision *e, size_t place);

/* Why it stays or goes, in words; in `text` or constant. */
const char *catalog_decision_why(const struct catalog_decision *e,
    size_t place, char text[static RETENTION_TEXT_BYTES]);

/*
 * In the history where its job keeps it: retire the dump, or else note that the
 * next dump needs it, if so.  False if the run has to end.
 */
bool catalog_decision_ask_history(struct catalog_decision *e, size_t place,
    bool retires);

#endif
