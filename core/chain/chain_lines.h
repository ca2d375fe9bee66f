/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_lines.h - what dumps there are to build on, and which build on which
 *
 * The dumps of one name in one dumpdates file, with what the history knows of
 * each.  Besides those that stand in the file there are two kinds that only the
 * history knows of: one that could not be noted there, and one whose place there
 * has been taken by a dump that had less to select.
 *
 * A part of chain.c, chain_base.c and chain_state.c, for their use only.
 */
#ifndef CORE_CHAIN_LINES_H
#define CORE_CHAIN_LINES_H

#include <stdatomic.h>

#include "core/chain/history.h"

struct chain_line {
	uint32_t level;
	int64_t date;
	const struct history_record *record;	/* NULL: nothing is known */
	bool in_file;
};

struct chain_lines {
	struct chain_line *items;
	size_t count;
};

/* Which ones; texts as records have them.  All borrowed. */
struct chain_place {
	const char *dumpdates;
	const char *name;
	const char *given;		/* lines of that name count, too; or NULL */
};

/*
 * Find them.  A file that is missing has none; `tell` as for dumpdates_read().
 * Returns false after reporting why the file cannot be read.  To be freed in
 * each case.
 */
bool chain_lines_read(struct chain_lines *lines,
    const struct chain_place *place, const struct history_list *list,
    bool tell, struct report *rep, const atomic_int *cancelled);
void chain_lines_free(struct chain_lines *lines);

/* Are these, as records have them, one dumpdates file?  NULL is none. */
bool chain_is_same_file(const char *a, const char *b);

/* Is the record one of that place? */
bool chain_is_at(const struct history_record *r,
    const struct chain_place *place);

/* Would `a` select all that `b` did? */
bool chain_covers(const struct history_record *a,
    const struct history_record *b);

/* All of it is on its volumes. */
bool chain_is_whole(const struct history_record *r);

/* The one with that level and date, or NULL. */
const struct chain_line *chain_lines_find(const struct chain_lines *lines,
    int32_t level, int64_t date);

/*
 * The one that this one builds on; NULL if it is a full dump, if nothing is known
 * of that, or if that is not there any more (*broken).
 */
const struct chain_line *chain_parent(const struct chain_lines *lines,
    const struct chain_line *line, bool *broken);

/*
 * Might a later dump of some level take it for its base?  Not if there is a later
 * one of no higher level that has all that it has.
 */
bool chain_is_current(const struct chain_lines *lines,
    const struct chain_line *line);

#endif
