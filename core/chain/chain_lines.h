/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_lines.h - the dumps that a level can build on, and their bases
 *
 * The dumps of one name in one dumpdates file, each with its history record.
 * Besides those in the file there are two kinds that only the history knows: a
 * dump that could not be recorded in the file, and one whose entry there was
 * replaced by a dump that selected less.
 *
 * Private to the chain*.c files.
 */
#ifndef CORE_CHAIN_LINES_H
#define CORE_CHAIN_LINES_H

#include <stdatomic.h>

#include "core/chain/history.h"

struct chain_line {
	uint32_t level;
	int64_t date;
	const struct history_record *record;	/* NULL: not in the history */
	bool in_file;
};

struct chain_lines {
	struct chain_line *items;
	size_t count;
};

/* Which dumps to look for; strings escaped as in records.  All borrowed. */
struct chain_place {
	const char *dumpdates;
	const char *name;
	const char *given;		/* a second name to accept, or NULL */
};

/*
 * Collect the dumps of a place.  A missing file holds none.  `tell` is as for
 * dumpdates_read().  Returns false after reporting why the file cannot be read.
 * Free the lines in every case.
 */
bool chain_lines_read(struct chain_lines *lines,
    const struct chain_place *place, const struct history_list *list,
    bool tell, struct report *rep, const atomic_int *cancelled);
void chain_lines_free(struct chain_lines *lines);

/* Do these paths, escaped as in records, name one file?  NULL matches none. */
bool chain_is_same_file(const char *a, const char *b);

/* Does the record belong to that place? */
bool chain_is_at(const struct history_record *r,
    const struct chain_place *place);

/* Would `a` select all that `b` did? */
bool chain_covers(const struct history_record *a,
    const struct history_record *b);

/* Is the dump complete on its volumes (perhaps with items missing)? */
bool chain_is_whole(const struct history_record *r);

/* The line with that level and date, or NULL. */
const struct chain_line *chain_lines_find(const struct chain_lines *lines,
    int32_t level, int64_t date);

/*
 * The base of a line.  NULL if it is a full dump, if its base is unknown, or
 * if its base no longer exists (*broken).
 */
const struct chain_line *chain_parent(const struct chain_lines *lines,
    const struct chain_line *line, bool *broken);

/*
 * Could a later dump of any level still use the line as its base?  Not if a
 * later line of the same or a lower level covers it.
 */
bool chain_is_current(const struct chain_lines *lines,
    const struct chain_line *line);

#endif
