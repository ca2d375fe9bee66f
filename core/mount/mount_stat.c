/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/mount_stat.h"

#include <sys/sysmacros.h>

#define ROOT_ID 1		/* FUSE_ROOT_ID */
#define SECTOR 512u		/* of st_blocks, bytes */
#define BLOCK 4096		/* st_blksize */

/* Inode 1 of a dump has no name in any filesystem. */
uint64_t
mount_stat_id(uint32_t folder, uint32_t inode)
{
	if (folder > 0)
		return inode <= ROOT_ID ? 0 : mount_stat_number(folder, inode);
	return inode == NAMES_ROOT ? ROOT_ID : inode == ROOT_ID ? 0 : inode;
}

uint32_t
mount_stat_inode(uint64_t id, uint32_t *folder)
{
	const uint32_t inode = (uint32_t)id;

	*folder = (uint32_t)(id >> 32);
	if (*folder > 0)
		return inode;
	return inode == ROOT_ID ? NAMES_ROOT : inode == NAMES_ROOT ? 0 : inode;
}

uint64_t
mount_stat_number(uint32_t folder, uint32_t inode)
{
	return (uint64_t)folder << 32 | inode;
}

static struct timespec
time_of(const struct de_time *t)
{
	struct timespec time = { .tv_nsec = (long)t->nanoseconds };

	time.tv_sec = (time_t)t->seconds;
	return time;
}

void
mount_stat_fill(uint32_t folder, uint32_t inode, const struct de_inode *meta,
    struct stat *st)
{
	*st = (struct stat){
		.st_ino = mount_stat_number(folder, inode),
		.st_mode = meta->mode,
		.st_nlink = meta->links,
		.st_uid = meta->uid,
		.st_gid = meta->gid,
		.st_size = (off_t)meta->size,
		.st_blksize = BLOCK,
		.st_blocks = (blkcnt_t)((meta->allocated + SECTOR - 1) /
		    SECTOR),
		.st_atim = time_of(&meta->atime),
		.st_mtim = time_of(&meta->mtime),
		.st_ctim = time_of(&meta->ctime),
	};
	if (S_ISCHR(meta->mode) || S_ISBLK(meta->mode))
		st->st_rdev = makedev(meta->device_major, meta->device_minor);
}

int
mount_stat_get(const struct mount_tree *t, uint32_t folder, uint32_t inode,
    struct stat *st)
{
	struct de_inode meta;

	const int result = mount_tree_meta(t, inode, &meta);
	if (result == 0)
		mount_stat_fill(folder, inode, &meta, st);
	return result;
}
