/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history.h - what is kept of the dumps that there were
 *
 * A dumpdates file knows the level and the date of a dump; this knows what it was
 * made of and on: the filesystem, what was left out, the dump that it builds on,
 * its volumes, and how it ended.  There is a file for each filesystem,
 * FOLDER/history/KEY.json, replaced as a whole; a change holds FOLDER/history/lock.
 * A dump is a line of it, so that a run need not understand those of all others to
 * put down its own.
 * Any process may read and change it at any time: nothing is kept open.
 *
 * Only the user itself, or root, may be able to write there, as others could let
 * a dump build on one that it must not build on.  What cannot be read is named,
 * put aside as KEY.damaged, and counts as not known.
 *
 * Nothing is decided here: that is what chain.h is for.
 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/report.h"
#include "core/chain/history_record.h"

#define HISTORY_FEW 500			/* dumps in a file, one more are many */

/* Dumps in memory, oldest first in each file. */
struct history_list {
	struct history_record *items;
	size_t count;
	json_t *owned;			/* what the texts belong to */
	bool is_cut;			/* there were more, in a file that was */
					/*   damaged and put aside */
};

/* Where they are kept, and whom to tell.  Borrowed, all of it. */
struct history {
	const char *folder;		/* state_dir */
	struct report *rep;
	bool is_idle;			/* no level will build on the dump, so */
					/*   that it cannot be used is no warning */
};

/*
 * The text as a record has it: what JSON cannot hold, and %, becomes %XX.  To
 * be freed; NULL if out of memory.  And back, for the name of a file.
 */
char *history_text(const char *text);
char *history_plain(const char *text);

/* The file of a filesystem; `name` counts if it has no UUID. */
void history_key(const char *uuid, const char *name,
    char key[static HISTORY_KEY_BYTES]);

/*
 * Read all there is.  False if it cannot be known, after reporting why (as a
 * warning); then and if there is nothing, the list is empty.  A list is to be
 * freed in each case.
 */
bool history_load(const struct history *h, struct history_list *list);
void history_free(struct history_list *list);

/* The `order` of a dump that begins now: larger than that of all there are. */
int64_t history_next_order(const struct history *h);

/*
 * Change one file: `change` gets what it holds, and returns whether that is to be
 * written back.  With history_add() it adds to it.  `id`, if not NULL: only that
 * dump is of interest, so the list may lack the others, which stay as they are;
 * but not if with one more there are more than HISTORY_FEW.  `safe`: it is to be
 * on the disk when this returns.  Returns false after reporting why not (as a
 * warning).
 */
typedef bool history_change_fn(void *arg, struct history_list *list);
bool history_change(const struct history *h, const char *key, const char *id,
    bool safe, history_change_fn *change, void *arg);

/* Texts are copied.  False if out of memory. */
bool history_add(struct history_list *list, const struct history_record *r);

/* Fill in which process this is about, on which machine, and when. */
void history_stamp(struct history_record *r, pid_t pid,
    char boot[static 40]);

/* Is the run that the record is of still going on? */
bool history_is_alive(const struct history_record *r);

#endif
