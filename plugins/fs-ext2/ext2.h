/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ext2.h - what the files of the fs-ext2 plugin share
 *
 * libext2fs opens the superblock and the group descriptors.  Everything else is
 * read by parsers of our own, which trust nothing of what they find and which
 * take no memory for each file.
 */
#ifndef FS_EXT2_EXT2_H
#define FS_EXT2_EXT2_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

#define UUID_TEXT_BYTES 37

struct work;			/* work.h */

/* What findings about an inode may be about; see trouble.h. */
enum trouble_kind {
	TROUBLE_SIZE,			/* of the device */
	TROUBLE_TABLE,			/* the group of an inode */
	TROUBLE_LOST_GROUP,		/* likewise */
	TROUBLE_UNREADABLE,		/* the block that an inode is in */
	TROUBLE_INODE,
	TROUBLE_MAP,
	TROUBLE_DIRECTORY,
	TROUBLE_TARGET,
	TROUBLE_XATTRS,
	TROUBLE_KINDS
};

struct ext2 {
	const struct de_host *host;	/* borrowed */
	char *device;			/* owned; its path; NULL when closed */
	ext2_filsys fs;			/* NULL when it is not open */
	struct device *bytes;		/* NULL when it is not open */
	bool is_live;			/* mounted for writing */
	bool was_clean;			/* nothing was to be recovered */
	uint64_t missing;		/* bytes behind the end of the device */
	char mount_point[4096];
	char label[EXT2_LABEL_LEN + 1];
	char uuid[UUID_TEXT_BYTES];

	/* From the superblock, by geometry_read(). */
	uint32_t block_size;
	uint64_t first_block;		/* that a file can have */
	uint64_t blocks;
	uint32_t inodes;
	uint32_t inodes_per_group;
	uint32_t first_inode;		/* that is not reserved */
	size_t inode_size;
	uint32_t seed;			/* of checksums */
	bool has_checksums;		/* of all metadata */
	bool has_group_checksums;
	bool has_64bit;
	bool has_huge_files;
	bool has_large_directories;
	bool has_projects;
	bool has_entry_types;
	bool has_value_inodes;
	uint32_t hidden[6];		/* inodes; 0: none */
	uint32_t hidden_last;		/* the highest of them */

	struct work *spare;		/* buffers that nobody uses now */
	bool is_gone;			/* it does not answer; that was told */
	uint8_t *inline_bytes;		/* of the last inline file */
	uint8_t *told[TROUBLE_KINDS];	/* a bit for each inode; may be NULL */
};

/* An inode as it is on the disk; what de_inode.native points to. */
struct native {
	uint32_t number;
	const uint8_t *raw;		/* inode_size bytes */
};

static inline const struct native *
ext2_native(const struct de_inode *inode)
{
	return inode->native;
}

/* superblock.c */

/* Open the filesystem on e->bytes: sets e->fs.  Reports why not. */
enum de_status superblock_open(struct ext2 *e);

/*
 * Is it marked as not unmounted cleanly, or as having errors?  What a backup
 * does not know counts as no.
 */
bool superblock_is_unclean(const struct ext2 *e);

/* Fill in what ext2.h has of it.  Reports what makes it unusable. */
enum de_status superblock_read_geometry(struct ext2 *e);

/* scan.c */
enum de_status ext2_scan_begin(void *self, void **scan);
enum de_status ext2_scan_next(void *self, void *scan, uint32_t from,
    struct de_inode *inode);
enum de_status ext2_scan_briefly(void *self, void *scan, uint32_t from,
    struct de_brief *inodes, size_t room, size_t *count);
void ext2_scan_end(void *self, void *scan);

/* file.c */
enum de_status ext2_map_file(void *self, const struct de_inode *file,
    de_extent_fn *take, void *arg);
enum de_status ext2_read(void *self, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error);

/* symlink.c */

/*
 * What is wrong with a symbolic link, as far as that can be seen from its inode
 * and its block map; NULL if nothing is.
 */
const char *symlink_damage(struct ext2 *e, const struct native *link);
enum de_status ext2_read_symlink(void *self, const struct de_inode *link,
    char *target, size_t room);

/* directory.c */
enum de_status ext2_read_directory(void *self,
    const struct de_inode *directory, de_entry_fn *take, void *arg);

/* xattr.c */
enum de_status ext2_read_xattrs(void *self, const struct de_inode *inode,
    de_xattr_fn *take, void *arg);

#endif
