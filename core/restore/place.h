/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - turn the tree of one level into that of the next
 *
 * Before the files of a set are written: removes what is gone, moves and renames
 * what has another place, and makes the directories.  What has to move goes to a
 * directory of its own at the root first (core/restore/park.h), so that swaps,
 * circles and directories that move into one another need no special case.
 * Flags and modes in the way are cleared (core/restore/unlock.h).
 *
 * A run that is interrupted loses nothing: what was on its way is in that
 * directory, named by inode number, and the next run with the same levels goes
 * on from there.  A name that somebody has changed or taken meanwhile is a
 * fault, and no more.  Nothing outside of the target is touched, and nothing of
 * it that is in neither tree, unless it stands where a directory has to be and
 * may be replaced.
 *
 * Costs three bits for each inode number, a mkdir(2) for each directory, and
 * four seconds of a processor for 10 million names that do not change.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/base/verdict.h"
#include "core/format/inomap.h"
#include "core/restore/directories.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct place_levels {		/* everything is borrowed */
	/*
	 * What the target holds; NULL: nothing that has to change.  Names of
	 * files that are not there should not be in it (state_write()).
	 */
	const struct names *before;
	const struct names *after;
	/* Inodes that the sets bring: their files are written anew. */
	const struct inomap *dumped;
	/*
	 * Some of them may come without contents: files that were there before
	 * are kept, and their names change as those of others do.
	 */
	bool may_be_bare;
	/* Directories to make, by inode; NULL: all of `after`. */
	const struct inomap *wanted;
	/* What the sets say of directories; NULL: nothing. */
	const struct directories *directories;
};

/*
 * `target` knows directories by `before`, or by `after` if that is NULL; then by
 * `after`.  VERDICT_GO_ON, with faults of single names in `outcome`, or why the
 * run cannot go on (reported there, too): the disk is full, or no memory.
 * Names of files in `dumped` that change are removed, unless they may be bare;
 * those that stay are left to be replaced.
 */
enum verdict place_apply(const struct place_levels *levels,
    struct target *target, const struct restore_settings *settings,
    struct outcome *outcome);

/*
 * The state on disk says `after` now, so that no run will begin from `before`
 * again: remove the private directory, unless there is still something in it,
 * which place_apply() has said.
 */
void place_done(const struct place_levels *levels, struct target *target);

#endif
