/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set.h - the files of a dump, from creation to their final names
 *
 * A volume is written to a file with an unguessable name in its directory.  It
 * gets its final name once it is complete or, if it has to wait for the others,
 * once the whole set is complete: then all are renamed, and a crash in between
 * leaves what the next run needs to finish that.
 *
 * A journal in the directory of the first volume, .dumpengine-ID.set, lists
 * these files; see journal.h.  It is locked while any process of the run lives,
 * so that the next run in that directory can tell leftovers of an interrupted
 * run from files in use.
 *
 * The state kept here in memory is inherited by each volume's process from the
 * previous one.  Main thread.
 */
#ifndef OUT_FILE_SET_H
#define OUT_FILE_SET_H

#include <sys/stat.h>

#include "dumpengine/plugin.h"

struct set;

/* Creates no file yet.  NULL if out of memory. */
struct set *set_new(const struct de_host *host);
void set_free(struct set *s);

/*
 * Create a file for the volume whose final name will be `final`, an absolute
 * path without links.  First finishes or removes the leftovers of interrupted
 * runs in that directory.  Returns its descriptor, open for reading and
 * writing; -1 with errno set, after reporting why: EBUSY if another run writes
 * to that name.
 */
int set_begin(struct set *s, uint32_t volume, const char *final);

/* The volume failed: remove its file. */
void set_discard(struct set *s);

/*
 * The volume is complete and waits for set_give_names().  `st` is from
 * fstat(2).
 * DE_FAILED after reporting why.
 */
enum de_status set_keep(struct set *s, const struct stat *st);

/*
 * The volume is complete and gets its final name now, replacing an existing
 * file if `replace`.  Otherwise like set_keep().
 */
enum de_status set_name_now(struct set *s, const struct stat *st,
    bool replace, bool sync);

/* The volume that is or will be in that file; 0: none. */
uint32_t set_holds(const struct set *s, const struct stat *st,
    const char *final);

/* Did an earlier process of this run write that file, as this very volume? */
bool set_is_current(const struct set *s, uint32_t volume,
    const struct stat *st);

/* Is a volume waiting for its name? */
bool set_waits(const struct set *s);

/*
 * Call for each final name that a volume waits for, until the result is not
 * DE_OK.
 */
enum de_status set_each_waiting(const struct set *s,
    enum de_status (*fn)(void *arg, const char *final), void *arg);

/*
 * Give all waiting files their final names, replacing existing files.  Once
 * begun, it is finished by the next run after a crash.  DE_FAILED after
 * reporting why.
 */
enum de_status set_give_names(struct set *s, bool sync);

/*
 * The set has ended.  Removes all files without a final name, unless
 * set_give_names() was interrupted, which the next run finishes.
 */
void set_end(struct set *s);

#endif
