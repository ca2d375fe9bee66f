/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_set.h - one of the sets of a run, from its medium to its items
 *
 * Read in two parts: first its maps and directories, then everything else.
 * Between them it can be closed and opened again, if its medium can.
 */
#ifndef CORE_RESTORE_SET_H
#define CORE_RESTORE_SET_H

#include "core/read/set.h"
#include "core/run/restore_own.h"

struct restore_medium;
struct restore_set;
struct restore_source;

/*
 * The set on `file` of -f, or NULL: that of the job.  Opens it and reads its
 * first header.  NULL after a report, with the verdict noted.
 */
struct restore_set *restore_set_new(struct restore *r, const char *file);

/*
 * A set of the catalogue; `source` is borrowed.  It is opened when it is read,
 * and asked for until it is the one.
 */
struct restore_set *restore_set_plan(struct restore *r,
    const struct restore_source *source);
void restore_set_free(struct restore_set *s);

/*
 * What was opened is a table of contents (-A): the files are on `file`, as
 * above, which is opened when they are read.
 */
void restore_set_stand_for(struct restore_set *s, const char *file);

const char *restore_set_name(const struct restore_set *s);
const struct set_identity *restore_set_identity(const struct restore_set *s);

/* Bytes of the set; 0: unknown. */
uint64_t restore_set_size(const struct restore_set *s);

/* Is passing over contents cheap?  False also if that is unknown. */
bool restore_set_seeks(const struct restore_set *s);

/* Can that go to any place of it, at once? */
bool restore_set_goes_fast(const struct restore_set *s);

/* Can its medium go to a position?  True if that is unknown. */
bool restore_set_goes_to(const struct restore_set *s);

/*
 * Read the maps and the directories into the names and directories of the run.
 * False if the run has to end.
 */
bool restore_set_read_tree(struct restore_set *s);

/* After that.  NULL if the map was lost. */
const struct inomap *restore_set_in_use(const struct restore_set *s);
const struct inomap *restore_set_dumped(const struct restore_set *s);

/* Also after that: were directories lost, or parts of them? */
bool restore_set_lost_names(const struct restore_set *s);

/*
 * Also after that: may inodes come without the contents that they had in the
 * set before, of which only dump(8) has the option?
 */
bool restore_set_may_be_bare(const struct restore_set *s);

/* For a set that shares its drive with others: close it. */
void restore_set_let_go(struct restore_set *s);

/* Is its medium moved on by reading, so that no other can be read meanwhile? */
bool restore_set_shares_drive(const struct restore_set *s);

/*
 * Close it, until restore_set_return(): its medium is free meanwhile.  If the
 * catalogue says where its volumes are, restore_medium_place() is to be asked.
 */
struct restore_medium;
struct restore_medium *restore_set_close(struct restore_set *s);
bool restore_set_is_of_catalog(const struct restore_set *s);

/* Can it be read again from its beginning? */
bool restore_set_is_lasting(const struct restore_set *s);

/*
 * Be where the tree ends: where reading it has left the set, or else open it
 * again.  False if the run has to end.
 */
bool restore_set_return(struct restore_set *s);

/*
 * The next item.  False at the end of the set, and if the run has to end (with
 * the verdict noted).  SET_END is returned, too.
 */
bool restore_set_next(struct restore_set *s, struct set_item *item);

/*
 * Inodes that have no place on Linux are counted as they come; `item` is another
 * one, as NetApp's that have no name.  All are told at the end.
 */
void restore_set_hide(struct restore_set *s, const struct set_item *item);
void restore_set_tell_hidden(struct restore_set *s);

/* The rest of the current inode is not wanted. */
void restore_set_skip(struct restore_set *s);

/*
 * Can it be opened again, and did we write it?  Nobody else writes an index.
 * After directories were read.
 */
bool restore_set_may_have_index(const struct restore_set *s);

/*
 * The medium, so that its end may be read aside: a drive is let go.  NULL after
 * a report.
 */
const struct restore_medium *restore_set_leave_medium(struct restore_set *s);

/* What the catalogue knows of it; NULL: nothing. */
const struct restore_source *restore_set_source(const struct restore_set *s);

/* What became of the index, a literal for the report; at first "not used". */
void restore_set_note_index(struct restore_set *s, const char *what);
const char *restore_set_index(const struct restore_set *s);

/* See set_aim().  If it is closed, when it has been opened again. */
void restore_set_aim(struct restore_set *s, uint32_t volume,
    uint64_t position, uint32_t inode);

/* The set itself, to ask it something while it is open. */
const struct set *restore_set_open(const struct restore_set *s);

/*
 * Digests of all that was read, after SET_END: nothing more is.  NULL: none were
 * wanted.
 */
const struct pieces *restore_set_pieces(struct restore_set *s);

const struct dialect *restore_set_dialect(const struct restore_set *s);

#endif
