/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set.h - the files of a dump, from their first byte to their final names
 *
 * A volume is written to a file with a name that nobody can guess, beside its
 * place.  It gets its final name when it is whole, or, if it is to wait for the
 * others, when the set is: then all of them do, and a crash in between leaves
 * what the next run needs to finish that.
 *
 * A journal in the folder of the first volume, .dumpengine-ID.set, names these
 * files.  It is locked as long as a process of the run lives, so the next run
 * into that folder can tell what an interrupted one has left from what another
 * is writing.  Texts in it have a NUL behind each: "process=", then "file=" and
 * "name=" for each volume that was begun; when the names are to be given,
 * "from=", "inode=", "to=" and "replaces=" for each, and "complete=1" last.
 *
 * What is in memory here goes from the process of a volume to that of the next.
 * Main thread.
 */
#ifndef OUT_FILE_SET_H
#define OUT_FILE_SET_H

#include <sys/stat.h>

#include "dumpengine/plugin.h"

struct set;

/* Nothing is made yet.  NULL if out of memory. */
struct set *set_new(const struct de_host *host);
void set_free(struct set *s);

/*
 * Make a file for a volume that is to be `final`, an absolute path without
 * links.  First, what an interrupted run has left in that folder is finished or
 * removed.  Returns its descriptor, open for reading and writing; -1 with errno
 * set, after reporting why not: EBUSY if another run writes to that name.
 */
int set_begin(struct set *s, uint32_t volume, const char *final);

/* It failed: remove it. */
void set_discard(struct set *s);

/*
 * It is whole, and waits for set_give_names().  `st` is what fstat(2) says of
 * it.  DE_FAILED after reporting why.
 */
enum de_status set_keep(struct set *s, const struct stat *st);

/*
 * It is whole, and gets its name now; if `replace`, in place of what has that.
 * As set_keep() otherwise.
 */
enum de_status set_name_now(struct set *s, const struct stat *st,
    bool replace, bool sync);

/* The volume that is in that file, or is going to be; 0: none. */
uint32_t set_holds(const struct set *s, const struct stat *st,
    const char *final);

/* Did an earlier process of this run write that, as this very volume? */
bool set_is_current(const struct set *s, uint32_t volume,
    const struct stat *st);

/* Does a volume wait for its name? */
bool set_waits(const struct set *s);

/* Each final name that a volume waits for; until one is not DE_OK. */
enum de_status set_each_waiting(const struct set *s,
    enum de_status (*fn)(void *arg, const char *final), void *arg);

/*
 * Give all that wait their names, in place of what has them.  Once begun, it is
 * finished after a crash by the next run.  DE_FAILED after reporting why.
 */
enum de_status set_give_names(struct set *s, bool sync);

/*
 * Nothing more is to come.  What has no name yet is removed, unless
 * set_give_names() could not be finished, which is left to the next run.
 */
void set_end(struct set *s);

#endif
