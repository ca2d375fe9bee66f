/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ext2.h - internal interfaces of the fs-ext2 plugin
 *
 * libext2fs opens the superblock and the group descriptors.  Everything else is
 * read by our own parsers, which trust no data and need no memory per file.
 */
#ifndef FS_EXT2_EXT2_H
#define FS_EXT2_EXT2_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

#define UUID_TEXT_BYTES 37

struct work;			/* work.h */

/* What a finding about an inode concerns; see trouble.h. */
enum trouble_kind {
	TROUBLE_SIZE,			/* of the device */
	TROUBLE_TABLE,			/* the group of an inode */
	TROUBLE_LOST_GROUP,		/* likewise */
	TROUBLE_UNREADABLE,		/* the block that holds an inode */
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
	ext2_filsys fs;			/* NULL when not open */
	struct device *bytes;		/* NULL when not open */
	bool is_live;			/* mounted for writing */
	bool was_clean;			/* needed no recovery */
	uint64_t missing;		/* bytes past the end of the device */
	char mount_point[4096];
	char label[EXT2_LABEL_LEN + 1];
	char uuid[UUID_TEXT_BYTES];

	/* From the superblock, by superblock_read_geometry(). */
	uint32_t block_size;
	uint64_t first_block;		/* first one usable by files */
	uint64_t blocks;
	uint32_t inodes;
	uint32_t inodes_per_group;
	uint32_t first_inode;		/* first one not reserved */
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
	uint32_t hidden_last;		/* highest of them */

	struct work *spare;		/* unused buffers */
	bool is_gone;			/* it does not respond (reported) */
	uint8_t *inline_bytes;		/* of the last inline file */
	uint8_t *told[TROUBLE_KINDS];	/* a bit per inode; may be NULL */
};

/* An inode as on disk; de_inode.native points to it. */
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

/* Open the filesystem on e->bytes: sets e->fs.  Reports errors. */
enum de_status superblock_open(struct ext2 *e);

/*
 * Is it marked as not cleanly unmounted, or as having errors?  What a backup
 * superblock does not record counts as no.
 */
bool superblock_is_unclean(const struct ext2 *e);

/* Fill in the geometry.  Reports what makes it unusable. */
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
 * The damage of a symbolic link, as far as its inode and block map show it;
 * NULL if none.
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
