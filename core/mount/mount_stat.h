/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_stat.h - inodes of a tree as FUSE numbers and shows them
 *
 * In folder 0, the whole mount, they have the numbers that they had, but for the
 * root, which is 1 for FUSE.  In others, those of dates, the number of the folder
 * times 2^32 is added, so that no two files of different dates look like links
 * of one.
 */
#ifndef CORE_MOUNT_STAT_H
#define CORE_MOUNT_STAT_H

#include <sys/stat.h>

#include "core/mount/mount_tree.h"

/* Both ways; 0: there is none of that number. */
uint64_t mount_stat_id(uint32_t folder, uint32_t inode);
uint32_t mount_stat_inode(uint64_t id, uint32_t *folder);

/* What stat(2) says of an inode of a folder: its st_ino. */
uint64_t mount_stat_number(uint32_t folder, uint32_t inode);

void mount_stat_fill(uint32_t folder, uint32_t inode,
    const struct de_inode *meta, struct stat *st);

/* As mount_tree_meta(). */
int mount_stat_get(const struct mount_tree *t, uint32_t folder,
    uint32_t inode, struct stat *st);

#endif
