/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.c - directory entries and extended attributes
 */
#include <string.h>
#include <sys/stat.h>

#include "ext2.h"

struct entries {
	de_entry_fn *take;
	void *arg;
	enum de_status status;
};

static uint16_t
type_bits(int file_type)
{
	switch (file_type) {
	case EXT2_FT_REG_FILE:
		return S_IFREG;
	case EXT2_FT_DIR:
		return S_IFDIR;
	case EXT2_FT_CHRDEV:
		return S_IFCHR;
	case EXT2_FT_BLKDEV:
		return S_IFBLK;
	case EXT2_FT_FIFO:
		return S_IFIFO;
	case EXT2_FT_SOCK:
		return S_IFSOCK;
	case EXT2_FT_SYMLINK:
		return S_IFLNK;
	default:
		return 0;
	}
}

static int
take_entry(ext2_ino_t directory, int place, struct ext2_dir_entry *dirent,
    int offset, int block_size, char *block, void *private)
{
	struct entries *entries = private;
	const struct de_entry entry = {
		.struct_size = sizeof(entry),
		.inode = dirent->inode,
		.type = type_bits(ext2fs_dirent_file_type(dirent)),
		.name_length = (uint16_t)ext2fs_dirent_name_len(dirent),
		.name = dirent->name,
	};

	(void)directory;
	(void)place;
	(void)offset;
	(void)block_size;
	(void)block;
	entries->status = entries->take(entries->arg, &entry);
	return entries->status == DE_OK ? 0 : DIRENT_ABORT;
}

enum de_status
ext2_read_directory(void *self, const struct de_inode *directory,
    de_entry_fn *take, void *arg)
{
	struct ext2 *e = self;
	struct entries entries = { .take = take, .arg = arg };
	const errcode_t error = ext2fs_dir_iterate2(e->fs, directory->number,
	    0, e->block, take_entry, &entries);

	if (error != 0)
		return ext2_inode_error(e, directory->number,
		    "cannot read the directory", error);
	return entries.status;
}

struct xattrs {
	struct ext2_xattr_handle *handle;
	de_xattr_fn *take;
	void *arg;
	enum de_status status;
	errcode_t error;
};

static bool
is_acl(const char *name)
{
	return strcmp(name, "system.posix_acl_access") == 0 ||
	    strcmp(name, "system.posix_acl_default") == 0;
}

static int
take_xattr(char *name, char *value, size_t length, void *private)
{
	struct xattrs *xattrs = private;
	struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = name,
		.value = value,
		.value_length = length,
	};

	/* This is the end of inline file contents, not an attribute. */
	if (strcmp(name, "system.data") == 0)
		return 0;
	/* The walk gives the form of the disk, this that of getxattr(2). */
	void *acl = NULL;
	if (is_acl(name)) {
		xattrs->error = ext2fs_xattr_get(xattrs->handle, name, &acl,
		    &xattr.value_length);
		if (xattrs->error != 0)
			return XATTR_ABORT;
		xattr.value = acl;
	}
	xattrs->status = xattrs->take(xattrs->arg, &xattr);
	if (acl != NULL)
		ext2fs_free_mem(&acl);
	return xattrs->status == DE_OK ? 0 : XATTR_ABORT;
}

enum de_status
ext2_read_xattrs(void *self, const struct de_inode *inode, de_xattr_fn *take,
    void *arg)
{
	struct ext2 *e = self;
	struct xattrs xattrs = { .take = take, .arg = arg };

	errcode_t error = ext2fs_xattrs_open(e->fs, inode->number,
	    &xattrs.handle);
	if (error != 0)
		return ext2_inode_error(e, inode->number,
		    "cannot read its extended attributes", error);
	error = ext2fs_xattrs_read(xattrs.handle);
	if (error == 0)
		error = ext2fs_xattrs_iterate(xattrs.handle, take_xattr,
		    &xattrs);
	if (error == 0)
		error = xattrs.error;
	ext2fs_xattrs_close(&xattrs.handle);
	if (error != 0)
		return ext2_inode_error(e, inode->number,
		    "cannot read its extended attributes", error);
	return xattrs.status;
}
