/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree.h - which names a dump has (pass II)
 *
 * Reads each directory once, from the root down, level by level and in each
 * level by rising inode number, so that the inode table is read in its order.
 * What has no name that is dumped leaves the selection; what is on the way to
 * something dumped enters it.  What is left to tell is kept for pass III: which
 * entries of a directory are left out.
 *
 * Memory while it runs: 12 bytes for each directory, 16 with patterns that are
 * paths, and 6 bits for each inode; afterwards 2 bits for each inode, and 8 bytes
 * for each directory in which a path pattern waits, that has several names, or
 * whose ".." is wrong.
 * No recursion; a loop of directories is a directory with a second name.
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include "core/config/exclude.h"
#include "core/format/inomap.h"
#include "core/select/read_errors.h"
#include "core/host/source.h"

struct tree;

/* What the walk is given, and what it changes; all borrowed. */
struct tree_job {
	const struct source *src;
	struct findings *findings;
	struct report *rep;
	const atomic_int *cancelled;
	const struct exclude *exclude;	/* NULL: no patterns */
	const char *subtree;		/* path of what alone is dumped; NULL */
	const char *subtree_at;		/* "FILE:LINE" of it, or NULL */
	bool without_nodump;		/* what has the flag is left out */

	/*
	 * Of pass I: all directories, all inodes in use, and those that are to
	 * be dumped for themselves.  The walk makes of them what they are in
	 * the stream.
	 */
	struct inomap *directories;
	struct inomap *in_use;
	struct inomap *dumped;

	/*
	 * In use, but nobody knows what they are, so they may be directories;
	 * without bits: none.  The dump builds on another one?
	 */
	const struct inomap *unknown;
	bool has_base;

	struct read_errors *read_errors;	/* NULL: any number */
};

/* Begin, before pass I.  Returns NULL after reporting why. */
struct tree *tree_new(const struct tree_job *job);
void tree_free(struct tree *t);

/* For pass I: leave an inode out under all of its names; it is encrypted. */
void tree_leave_out(struct tree *t, uint32_t inode);
void tree_set_encrypted(struct tree *t, uint32_t inode);
bool tree_is_left_out(const struct tree *t, uint32_t inode);

/*
 * Walk.  Returns false after reporting why.  Of what the job was, only `exclude`
 * is needed later.
 */
bool tree_walk(struct tree *t);

/* A directory that is gone through, now or in pass III. */
struct tree_view {
	uint32_t directory;
	uint32_t serial;		/* of the view */
	struct exclude_state state;
	const char *only;		/* on the way to the subtree: the one */
	bool encrypted;			/* it comes as an empty one */
};

void tree_look(struct tree *t, uint32_t directory, struct tree_view *view);

/*
 * Is this entry, which is no "." or "..", left out on purpose?  To be asked
 * for all entries of the directory in their order.
 */
bool tree_leaves_out(struct tree *t, const struct tree_view *view,
    const struct de_entry *e);

/*
 * The parent of a directory whose ".." says something else, or that has none;
 * 0 for any other.
 */
uint32_t tree_parent(const struct tree *t, uint32_t directory);

#endif
