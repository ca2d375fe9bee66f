/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history.h - the record of past dumps
 *
 * A dumpdates file holds the level and date of a dump.  The history also holds
 * its filesystem, what was left out, its base, its volumes, and how it ended.
 * Each filesystem has a file, FOLDER/history/KEY.json, which is replaced as a
 * whole under FOLDER/history/lock.  Each dump is one line of it, so that a run
 * can write its own line without parsing the others.  Any process may read and
 * change the history at any time: nothing stays open.
 *
 * Only the user or root may have write access, or others could make a dump
 * build on the wrong base.  An unparsable file is reported, renamed to
 * KEY.damaged, and its dumps count as unknown.
 *
 * The history only stores; chain.h decides.
 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/report.h"
#include "core/chain/history_record.h"

#define HISTORY_FEW 500			/* a file with more dumps is pruned */

/* Dumps in memory; those of one file are in the order in which they began. */
struct history_list {
	struct history_record *items;
	size_t count;
	json_t *owned;			/* owns the strings of items */
	bool is_cut;			/* a damaged file may have held more */
};

/* Where the history is, and where to report.  All borrowed. */
struct history {
	const char *folder;		/* state_dir */
	struct report *rep;
	bool is_idle;			/* no level will build on the dump: */
					/*   failures are debug messages */
};

/*
 * Escape a string for a record: % and whatever JSON cannot hold become %XX.
 * history_plain() is the inverse.  The caller frees the result; NULL if out of
 * memory.
 */
char *history_text(const char *text);
char *history_plain(const char *text);

/* The key of a filesystem's file, from its UUID or, failing that, its name. */
void history_key(const char *uuid, const char *name,
    char key[static HISTORY_KEY_BYTES]);

/*
 * Read all files.  Returns false if any could not be read in full, after
 * reporting why as a warning; the list then holds what could be read.  A
 * missing history is empty.  Free the list in every case.
 */
bool history_load(const struct history *h, struct history_list *list);
void history_free(struct history_list *list);

/* The `order` for a dump that begins now: larger than any recorded so far. */
int64_t history_next_order(const struct history *h);

/*
 * Change one file.  `change` gets its dumps, may add to them by history_add(),
 * and returns whether to write them back.  If `id` is not NULL, the list may
 * hold just that dump, unless another would take the file past HISTORY_FEW;
 * dumps not in the list stay unchanged.  `safe`: sync before returning.
 * Returns false after reporting why as a warning.
 */
typedef bool history_change_fn(void *arg, struct history_list *list);
bool history_change(const struct history *h, const char *key, const char *id,
    bool safe, history_change_fn *change, void *arg);

/* Copies the strings.  False if out of memory. */
bool history_add(struct history_list *list, const struct history_record *r);

/* Fill in pid, its start, the boot ID, uptime and time.  r->boot is `boot`. */
void history_stamp(struct history_record *r, pid_t pid,
    char boot[static 40]);

/* Is the run that made the record still going on? */
bool history_is_alive(const struct history_record *r);

#endif
