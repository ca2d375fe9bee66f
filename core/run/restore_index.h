/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_index.h - to the wanted files of a set by its index
 *
 * The index says where an inode begins, so that what is before it need not be
 * read, nor its volume be mounted.  For a restore, used where less than half of a
 * set is wanted; and only if the index is whole and has a place for every wanted file;
 * each place is looked at before it is believed.  Costs 16 bytes for each wanted
 * file, in a temporary file if they are many.
 */
#ifndef CORE_RESTORE_INDEX_H
#define CORE_RESTORE_INDEX_H

#include "core/format/inomap.h"
#include "core/run/restore_own.h"

struct piece_check;
struct restore_index;
struct set_index;

/* The index itself, and the medium that it is read from. */
struct restore_index_reader;

/*
 * Find and open the index of a set whose tree was read, likewise.  NULL with the
 * reason, a literal, in *why.
 */
struct restore_index_reader *restore_index_reader_new(struct restore *r,
    struct restore_set *s, const char **why);
void restore_index_reader_free(struct restore_index_reader *x);	/* or NULL */

/* The index, and the volume that it ends on. */
struct set_index *restore_index_reader_index(struct restore_index_reader *x);
uint32_t restore_index_reader_volume(const struct restore_index_reader *x);

/*
 * Where all of this set are, for restore_index_each(); and, unless it is NULL, to
 * `check` the digests that the index has.  Otherwise as restore_index_begin().
 */
bool restore_index_begin_all(struct restore *r, struct restore_set *s,
    struct piece_check *check, struct restore_index **new);

/* Pass on the places in ascending order; `take` returns false to stop. */
bool restore_index_each(const struct restore_index *x, bool (*take)(void *arg,
    uint32_t volume, uint64_t position, uint32_t inode), void *arg);

/*
 * Where the inodes of `wanted` are in this set; directories are not looked for.
 * A set on a drive is closed for that, and restore_set_return() opens it again.
 * *new is NULL if the set is to be read through.  False if the run has to end.
 */
bool restore_index_begin(struct restore *r, struct restore_set *s,
    const struct inomap *wanted, struct restore_index **new);
void restore_index_end(struct restore_index *x);	/* accepts NULL */

/*
 * Have the set go to this inode, the next that is wanted, or to the first wanted
 * one after it that the set has.  Inodes ascend from call to call.  Behind all
 * of them, it goes to the end of the stream, which may have attributes.
 */
void restore_index_aim(struct restore_index *x, struct restore_set *s,
    uint32_t inode);

#endif
