/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wanted.h - which names of the sets are wanted
 *
 * From the paths on a command line or in a file, or chosen one by one.  Maps
 * have a bit for each entry of `names` (entry N is bit N + 1): 1/8 byte a name,
 * and two maps.  Adding and removing costs time for the names concerned only.
 *
 * A name is selected, or it is a directory on the way to a selected one: both
 * are made, but only what is selected is listed, compared or counted as missing.
 */
#ifndef CORE_WANTED_H
#define CORE_WANTED_H

#include "core/base/report.h"
#include "core/format/inomap.h"
#include "core/read/names.h"

struct wanted;

/*
 * Nothing is wanted yet.  `names` is finished, and outlives it.  `recursive`: a
 * directory brings what is in it (not with -h).  NULL: out of memory.
 */
struct wanted *wanted_new(const struct names *names, bool recursive);
void wanted_free(struct wanted *w);

/* The whole tree, the root included, whatever `recursive` is. */
void wanted_add_all(struct wanted *w);

/*
 * The name at a path (walk_find()); "." is the root.  Wildcards are not
 * expanded.  False: there is no such name; nothing is reported.
 */
bool wanted_add_path(struct wanted *w, const char *path);
bool wanted_remove_path(struct wanted *w, const char *path);

/*
 * Each line of a file; "-" is standard input.  Lines end with `end`, a newline
 * or NUL.  *missing is increased for each path that is not in the set, which is
 * reported as a warning.  Empty lines are ignored; a path may be of any length.
 * False after reporting that the file cannot be read.
 */
bool wanted_add_file(struct wanted *w, const char *file, char end,
    struct report *rep, uint64_t *missing);

/* An entry; with what is in it if it is a directory. */
void wanted_add(struct wanted *w, uint32_t id);
void wanted_remove(struct wanted *w, uint32_t id);

/* Was the root itself selected? */
bool wanted_has_root(const struct wanted *w);

/* What is selected; and also what is on the way.  Valid until a change. */
const struct inomap *wanted_selected(const struct wanted *w);
const struct inomap *wanted_names(struct wanted *w);

/*
 * The inodes of the directories in wanted_names(), and of the root: for
 * place_apply() and directories_apply().  The caller frees the map.  False: out
 * of memory.
 */
bool wanted_directories(struct wanted *w, struct inomap *inodes);

/*
 * The inodes that have a name in wanted_selected(), up to `max_inode`; the root
 * if it was selected.  As wanted_directories().
 */
bool wanted_inodes(const struct wanted *w, uint32_t max_inode,
    struct inomap *inodes);

#endif
