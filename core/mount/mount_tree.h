/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_tree.h - a chain of sets as the tree of files that it is
 *
 * What is in a directory comes from the names of the chain, and what belongs to
 * a directory itself was kept when they were read.  Of a file, only its place is
 * known (16 bytes); its header and contents are read when they are wanted, from
 * the newest set that has it.  What is damaged is an error of that file alone.
 *
 * Any number of threads.
 */
#ifndef CORE_MOUNT_TREE_H
#define CORE_MOUNT_TREE_H

#include "core/format/inomap.h"
#include "core/mount/content.h"
#include "core/mount/late.h"
#include "core/read/names.h"
#include "core/restore/directories.h"
#include "core/restore/outcome.h"

/* One set of the chain; everything is borrowed. */
struct mount_set {
	struct piece_cache *cache;
	const struct inode_places *places;	/* of all but directories */
	const struct late *late;
	const struct inomap *in_use;	/* NULL: the map is lost */
	const struct inomap *dumped;
};

/* Filled in by whoever has read the sets; everything is borrowed. */
struct mount_tree {
	const struct names *names;
	const struct directories *directories;
	const struct mount_set *sets;	/* oldest first */
	size_t set_count;
	struct outcome *outcome;	/* takes what cannot be read */
};

/* Is it a directory?  The root is, even if it was lost. */
bool mount_tree_is_directory(const struct mount_tree *t, uint32_t inode);

/*
 * Owner, mode, times and so on of an inode that has a name.  `allocated` is
 * about right.  Returns 0, -EIO or -ENOMEM.
 */
int mount_tree_meta(const struct mount_tree *t, uint32_t inode,
    struct de_inode *meta);

/* Its contents, for content_close(); a directory has none (-EISDIR). */
int mount_tree_open(const struct mount_tree *t, uint32_t inode,
    struct content **content);

/* Bytes of its contents could not be read: say so. */
void mount_tree_tell_unread(const struct mount_tree *t, uint32_t inode,
    uint64_t offset, size_t length);

/* As content_xattrs(), with those behind the end, and what is no attribute out. */
int mount_tree_xattrs(const struct mount_tree *t, uint32_t inode,
    de_xattr_fn *take, void *arg);

/* What lsattr(1) shows, as far as the set says it. */
struct mount_flags {
	uint32_t flags;		/* as FS_IOC_GETFLAGS gives them */
	uint32_t project;
};

/* Of a regular file or a directory.  0, -ENOTTY: it has none, -EIO or -ENOMEM. */
int mount_tree_flags(const struct mount_tree *t, uint32_t inode,
    struct mount_flags *flags);

/* Names, the root as well. */
uint64_t mount_tree_count(const struct mount_tree *t);

#endif
