/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_tree.h - the directories of a set, as they are read
 *
 * Takes the items of one directory after the other: its entries go to `names`,
 * what belongs to itself to `directories`.
 */
#ifndef CORE_RESTORE_TREE_H
#define CORE_RESTORE_TREE_H

#include "core/read/set.h"
#include "core/restore/verify.h"
#include "core/run/restore_own.h"

struct restore_tree;

/*
 * For one set.  `dialect` is copied.  `verify` looks on; NULL: nobody does.
 * NULL: out of memory (noted in `r`).
 */
struct restore_tree *restore_tree_new(struct restore *r,
    const struct dialect *dialect, struct verify *verify);
void restore_tree_free(struct restore_tree *t);

/*
 * An item of a directory, from SET_INODE to SET_INODE_END.  False, with the
 * verdict noted, if the run has to end.
 */
bool restore_tree_take(struct restore_tree *t, const struct set_item *item);

/* Was part of any directory lost, and names in it? */
bool restore_tree_has_losses(const struct restore_tree *t);

/* Is it a directory that belongs to the tree? */
bool restore_tree_is_directory(const struct set_item *item);

#endif
