/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_target.h - the tree and the inode that a request of FUSE is about
 *
 * Folder 0 is the tree, if one tree is mounted, or else the top, in which the
 * dates are folders 1, 2 and so on.
 */
#ifndef CORE_MOUNT_TARGET_H
#define CORE_MOUNT_TARGET_H

#include <fuse3/fuse_lowlevel.h>

#include "core/mount/mount_dates.h"

#define MOUNT_KEPT_SECONDS 86400.0	/* by the kernel; nothing changes */

/* The user data of a session. */
struct mount_server {
	const struct mount_view *view;	/* borrowed */
	struct fuse_session *fuse;
};

const struct mount_view *mount_target_view(fuse_req_t req);

struct mount_target {
	const struct mount_view *view;
	const struct mount_tree *tree;	/* held */
	uint32_t folder;
	uint32_t inode;
};

/* Is it the top of dates, or its link? */
bool mount_target_is_top(fuse_req_t req, fuse_ino_t ino);

/* Is it the root of a date whose tree has never been made? */
bool mount_target_is_unknown(fuse_req_t req, fuse_ino_t ino);

/* False after an answer: there is no such inode, or no tree. */
bool mount_target_begin(fuse_req_t req, fuse_ino_t ino,
    struct mount_target *t);
void mount_target_end(const struct mount_target *t);

/*
 * Before the tree of a date is there, its root is shown with mode 0555, so what
 * the kernel lets pass may not be allowed.  `bits`: what is wanted of it, as in
 * the mode of others.  Access control lists do not count.  False after an answer.
 */
bool mount_target_permits(fuse_req_t req, const struct mount_target *t,
    unsigned int bits);

/*
 * What the kernel is to be told of an inode.  0, or a negative error: -EIO,
 * -ENOMEM.
 */
int mount_target_entry(const struct mount_target *t, uint32_t inode,
    struct fuse_entry_param *e);

/*
 * The same for the root of a date, whose tree is not made for that: then only
 * its date is known.  `seconds`: how long that shall do.
 */
void mount_target_folder(const struct mount_view *view, uint32_t folder,
    double seconds, struct fuse_entry_param *e);

#endif
