/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - turn the tree of one level into that of the next
 *
 * Before the files of a set are written: removes what is gone, moves and renames
 * what has another place, and makes the directories.  What has to move goes to a
 * directory of its own at the root first, named by inode number, so that swaps,
 * circles and directories that move into one another need no special case.
 * Immutable and append-only flags in the way are cleared.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/format/inomap.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct place_levels {		/* everything is borrowed */
	const struct names *before;	/* what the target holds; NULL: nothing */
	const struct names *after;
	/* Inodes that the sets bring: their files are written anew. */
	const struct inomap *dumped;
	/* Directories to make, by inode; NULL: all of `after`. */
	const struct inomap *wanted;
};

/*
 * `target` knows directories by `before` and then by `after`.  VERDICT_GO_ON,
 * with faults of single names in `outcome`.
 */
enum verdict place_apply(const struct place_levels *levels,
    struct target *target, const struct restore_settings *settings,
    struct outcome *outcome);

#endif
