/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_shown.h - the sets of a run as the tree that core/mount/ shows
 *
 * Finds the places of all inodes, by the index of each set or by reading through
 * it, jumping over contents where the medium can.
 */
#ifndef CORE_RESTORE_SHOWN_H
#define CORE_RESTORE_SHOWN_H

#include "core/mount/mount_tree.h"
#include "core/run/restore_own.h"

struct restore_shown;

/*
 * After restore_read_trees().  `r` is borrowed.  NULL after a report, with the
 * verdict noted.
 */
struct restore_shown *restore_shown_new(struct restore *r);
void restore_shown_free(struct restore_shown *s);	/* accepts NULL */

const struct mount_tree *restore_shown_tree(const struct restore_shown *s);

#endif
