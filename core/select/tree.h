/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tree.h - which names are in a dump (pass II)
 *
 * Reads each directory once, level by level from the root, and within each
 * level in inode order, so that the inode table is read sequentially.  What has
 * no dumped name leaves the selection; the directories above a dumped inode
 * enter it.  Which entries of a directory are left out is kept for pass III.
 *
 * Memory during the walk: 12 bytes per directory, 16 with path patterns, and 6
 * bits per inode; afterwards 2 bits per inode, and 8 bytes for each directory
 * with a pending path pattern, several names or a wrong "..".
 * No recursion; a loop of directories is a directory with a second name.
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include "core/config/exclude.h"
#include "core/format/inomap.h"
#include "core/select/read_errors.h"
#include "core/host/source.h"

struct tree;

/* Input of the walk, and the maps it changes; all borrowed. */
struct tree_job {
	const struct source *src;
	struct findings *findings;
	struct report *rep;
	const atomic_int *cancelled;
	const struct exclude *exclude;	/* NULL: no patterns */
	const char *subtree;		/* path of the subtree to dump; or
					   NULL */
	const char *subtree_at;		/* its "FILE:LINE", or NULL */
	bool without_nodump;		/* leave out what has the flag */

	/*
	 * From pass I: all directories, all inodes in use, and those to be
	 * dumped on their own account.  The walk turns them into the maps of
	 * the stream.
	 */
	struct inomap *directories;
	struct inomap *in_use;
	struct inomap *dumped;

	/*
	 * In use but of unknown type, possibly directories; without bits: none.
	 * Is there a base?
	 */
	const struct inomap *unknown;
	bool has_base;

	struct read_errors *read_errors;	/* NULL: any number */
};

/* Start, before pass I.  Returns NULL after reporting why. */
struct tree *tree_new(const struct tree_job *job);
void tree_free(struct tree *t);

/* For pass I: leave an inode out under all of its names; it is encrypted. */
void tree_leave_out(struct tree *t, uint32_t inode);
void tree_set_encrypted(struct tree *t, uint32_t inode);
bool tree_is_left_out(const struct tree *t, uint32_t inode);

/*
 * Walk.  Returns false after reporting why.  Afterwards only `exclude` of the
 * job is needed.
 */
bool tree_walk(struct tree *t);

/* A directory being walked, now or in pass III. */
struct tree_view {
	uint32_t directory;
	uint32_t serial;		/* of the view */
	struct exclude_state state;
	const char *only;		/* the only entry on the subtree's
					   path */
	bool encrypted;			/* it is dumped as an empty one */
};

void tree_look(struct tree *t, uint32_t directory, struct tree_view *view);

/*
 * Is this entry, which is not "." or "..", left out on purpose?  Call it for
 * all entries of the directory in order.
 */
bool tree_leaves_out(struct tree *t, const struct tree_view *view,
    const struct de_entry *e);

/*
 * The parent of a directory whose ".." differs or is missing; 0 for any other.
 */
uint32_t tree_parent(const struct tree *t, uint32_t directory);

#endif
