/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * walk.h - go through a tree of names, and find paths in it
 *
 * Without recursion and without memory: the way back up is in `names`.  A walk
 * of all names costs the same for each of them, however deep it is.
 */
#ifndef CORE_WALK_H
#define CORE_WALK_H

#include "core/read/names.h"

struct walk {
	const struct names *names;	/* borrowed; finished */
	uint32_t top;			/* the walk ends with this directory */
	uint32_t directory;		/* where it is: an inode */
	uint32_t next;			/* entry */
	uint32_t end;			/* the first entry of another
					   directory */
};

enum walk_step {
	WALK_NAME,		/* a name that is not a directory's */
	WALK_ENTER,		/* a directory; what is in it follows */
	WALK_LEAVE,		/* the directory with this name is done */
	WALK_END
};

/* Begin with the first name in a directory of the tree. */
void walk_begin(struct walk *w, const struct names *names, uint32_t directory);

/* The next step; *id is the name that it is about (not for WALK_END). */
enum walk_step walk_next(struct walk *w, uint32_t *id,
    struct name_entry *entry);

/* After WALK_ENTER: pass over what is in it; no WALK_LEAVE follows. */
void walk_skip(struct walk *w);

/* Is this entry the name of a directory of the tree? */
bool walk_is_directory(const struct names *names, uint32_t id,
    const struct name_entry *entry);

enum walk_found {
	WALK_FOUND_NOTHING,	/* no such name */
	WALK_FOUND_ROOT,	/* it has no entry */
	WALK_FOUND_ENTRY
};

/*
 * The name at a path such as "a/b", "./a/b", "/a//b/" or "a/../b"; "", "." and
 * "/" are the root.  ".." at the root is the root.  Links are not followed.
 */
enum walk_found walk_find(const struct names *names, const char *path,
    uint32_t *id);

#endif
