/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ext2.h - what the files of the fs-ext2 plugin share
 *
 * Everything but ext2_read() uses libext2fs, which is for one thread.
 */
#ifndef FS_EXT2_EXT2_H
#define FS_EXT2_EXT2_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

#define UUID_TEXT_BYTES 37

struct ext2 {
	const struct de_host *host;	/* borrowed */
	const char *device;		/* borrowed; option "device" */
	ext2_filsys fs;			/* NULL when it is not open */
	struct device *bytes;		/* NULL when it is not open */
	char mount_point[4096];
	char label[EXT2_LABEL_LEN + 1];
	char uuid[UUID_TEXT_BYTES];
	char *block;			/* three blocks for libext2fs to use */
	uint8_t *inline_data;		/* bytes of the last inline file */
};

/* Report "DEVICE: inode N: WHAT: why"; returns DE_FAILED. */
enum de_status ext2_inode_error(const struct ext2 *e, uint32_t inode,
    const char *what, errcode_t error);

/* inode.c */
enum de_status ext2_scan_begin(void *self, void **scan);
enum de_status ext2_scan_next(void *self, void *scan, uint32_t from,
    struct de_inode *inode);
void ext2_scan_end(void *self, void *scan);

/* The inode behind `native`. */
struct ext2_inode *ext2_native(const struct de_inode *inode);

/* map.c */
enum de_status ext2_map_file(void *self, const struct de_inode *file,
    de_extent_fn *take, void *arg);
enum de_status ext2_read_symlink(void *self, const struct de_inode *link,
    char *target, size_t room);
enum de_status ext2_read(void *self, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error);

/* names.c */
enum de_status ext2_read_directory(void *self,
    const struct de_inode *directory, de_entry_fn *take, void *arg);
enum de_status ext2_read_xattrs(void *self, const struct de_inode *inode,
    de_xattr_fn *take, void *arg);

#endif
