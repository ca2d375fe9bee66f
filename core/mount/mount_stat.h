/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_stat.h - inodes of the tree as FUSE numbers and shows them
 *
 * They have the numbers that they had, but for the root, which is 1 for FUSE.
 */
#ifndef CORE_MOUNT_STAT_H
#define CORE_MOUNT_STAT_H

#include <sys/stat.h>

#include "core/mount/mount_tree.h"

/* Both ways; 0: there is none of that number. */
uint64_t mount_stat_id(uint32_t inode);
uint32_t mount_stat_inode(uint64_t id);

/* As mount_tree_meta(). */
int mount_stat_get(const struct mount_tree *t, uint32_t inode,
    struct stat *st);

#endif
