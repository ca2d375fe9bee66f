/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * map.c - where the contents of files are, and reading them
 */
#include <string.h>

#include "ext2.h"

/* A walk over the blocks of a file. */
struct walk {
	struct ext2 *e;
	const struct de_inode *file;
	de_extent_fn *take;
	void *arg;
	enum de_status status;

	/* Blocks of an old file come one by one; these are adjacent. */
	uint64_t first;		/* in the file */
	uint64_t block;		/* on the device */
	uint64_t count;
};

static enum de_status
damaged(const struct walk *w, uint64_t block)
{
	w->e->host->report(w->e->host, DE_ERROR, "%s: inode %u refers to "
	    "block %llu, which is not in the filesystem; it needs to be "
	    "repaired (e2fsck)", w->e->device, w->file->number,
	    (unsigned long long)block);
	return DE_FAILED;
}

/* Give `count` blocks; nothing past the end of the file. */
static enum de_status
give(struct walk *w, uint64_t first, uint64_t block, uint64_t count)
{
	const ext2_filsys fs = w->e->fs;
	const uint64_t blocks = ext2fs_blocks_count(fs->super);
	struct de_extent extent = {
		.struct_size = sizeof(extent),
		.offset = first * fs->blocksize,
		.length = count * fs->blocksize,
		.address = block * fs->blocksize,
	};

	if (extent.offset >= w->file->size)
		return DE_OK;
	if (block < fs->super->s_first_data_block || block >= blocks ||
	    count > blocks - block)
		return damaged(w, block);
	if (extent.length > w->file->size - extent.offset)
		extent.length = w->file->size - extent.offset;
	return w->take(w->arg, &extent);
}

/* ------------------------------------------------ files with extent trees */

static enum de_status
walk_extents(struct walk *w)
{
	ext2_extent_handle_t tree;
	struct ext2fs_extent extent;
	int where = EXT2_EXTENT_ROOT;

	errcode_t error = ext2fs_extent_open2(w->e->fs, w->file->number,
	    ext2_native(w->file), &tree);
	if (error != 0)
		return ext2_inode_error(w->e, w->file->number,
		    "cannot read its extents", error);
	while (w->status == DE_OK) {
		error = ext2fs_extent_get(tree, where, &extent);
		if (error != 0)
			break;
		where = EXT2_EXTENT_NEXT_LEAF;
		if ((extent.e_flags & EXT2_EXTENT_FLAGS_LEAF) == 0 ||
		    (extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT) != 0)
			continue;
		w->status = give(w, extent.e_lblk, extent.e_pblk,
		    extent.e_len);
	}
	ext2fs_extent_free(tree);
	if (error != 0 && error != EXT2_ET_EXTENT_NO_NEXT &&
	    error != EXT2_ET_NO_CURRENT_NODE)
		return ext2_inode_error(w->e, w->file->number,
		    "cannot read its extents", error);
	return w->status;
}

/* ---------------------------------------------- files with indirect blocks */

static void
give_pending(struct walk *w)
{
	if (w->count > 0 && w->status == DE_OK)
		w->status = give(w, w->first, w->block, w->count);
	w->count = 0;
}

static void
add_block(struct walk *w, uint64_t number, uint64_t block)
{
	if (w->count > 0 && number == w->first + w->count &&
	    block == w->block + w->count) {
		w->count++;
		return;
	}
	give_pending(w);
	w->first = number;
	w->block = block;
	w->count = 1;
}

static int
take_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t number,
    blk64_t reference, int offset, void *private)
{
	struct walk *w = private;

	(void)fs;
	(void)reference;
	(void)offset;
	if (number >= 0)
		add_block(w, (uint64_t)number, *block);
	return w->status == DE_OK ? 0 : BLOCK_ABORT;
}

/* Most files are short: no need to have the inode read once more. */
static void
walk_direct(struct walk *w, const struct ext2_inode *inode)
{
	for (unsigned int i = 0; i < EXT2_NDIR_BLOCKS; i++)
		if (inode->i_block[i] != 0)
			add_block(w, i, inode->i_block[i]);
}

static enum de_status
walk_blocks(struct walk *w)
{
	const struct ext2_inode *inode = ext2_native(w->file);
	errcode_t error = 0;

	if (inode->i_block[EXT2_IND_BLOCK] == 0 &&
	    inode->i_block[EXT2_DIND_BLOCK] == 0 &&
	    inode->i_block[EXT2_TIND_BLOCK] == 0)
		walk_direct(w, inode);
	else
		error = ext2fs_block_iterate3(w->e->fs, w->file->number,
		    BLOCK_FLAG_READ_ONLY | BLOCK_FLAG_DATA_ONLY, w->e->block,
		    take_block, w);
	if (error != 0)
		return ext2_inode_error(w->e, w->file->number,
		    "cannot read its block map", error);
	give_pending(w);
	return w->status;
}

/* ------------------------------------------------------------ inline files */

static enum de_status
get_inline(struct ext2 *e, const struct de_inode *file, size_t *length)
{
	size_t size = 0;
	errcode_t error = ext2fs_inline_data_size(e->fs, file->number, &size);

	if (error == 0 && size > e->fs->blocksize)
		error = EXT2_ET_INLINE_DATA_NO_SPACE;
	if (error == 0)
		error = ext2fs_inline_data_get(e->fs, file->number,
		    ext2_native(file), e->inline_data, &size);
	if (error != 0)
		return ext2_inode_error(e, file->number,
		    "cannot read its inline data", error);
	*length = size < file->size ? size : (size_t)file->size;
	return DE_OK;
}

static enum de_status
walk_inline(struct walk *w)
{
	size_t length = 0;
	const enum de_status status = get_inline(w->e, w->file, &length);
	struct de_extent extent = { .struct_size = sizeof(extent) };

	if (status != DE_OK || length == 0)
		return status;
	/* A piece that is not the last one ends on a tape block. */
	if (length < w->file->size)
		length = length / DE_TAPE_BLOCK * DE_TAPE_BLOCK;
	extent.length = length;
	extent.bytes = w->e->inline_data;
	return length == 0 ? DE_OK : w->take(w->arg, &extent);
}

/* ---------------------------------------------------------------- callbacks */

static enum de_status
walk_file(struct walk *w)
{
	const uint32_t flags = ext2_native(w->file)->i_flags;

	if ((flags & EXT4_INLINE_DATA_FL) != 0)
		return walk_inline(w);
	if ((flags & EXT4_EXTENTS_FL) != 0)
		return walk_extents(w);
	return walk_blocks(w);
}

enum de_status
ext2_map_file(void *self, const struct de_inode *file, de_extent_fn *take,
    void *arg)
{
	struct walk w = { .e = self, .file = file, .take = take, .arg = arg };

	return walk_file(&w);
}

enum de_status
ext2_read(void *self, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	const struct ext2 *e = self;

	return device_readv(e->bytes, address, iov, iov_count, error);
}

/* The target of a link, as the contents of a file. */
struct target {
	struct ext2 *e;
	char *text;
};

static enum de_status
read_target(void *arg, const struct de_extent *extent)
{
	const struct target *t = arg;
	struct de_read_error error = { .struct_size = sizeof(error) };
	const struct iovec iov = {
		t->text + extent->offset, (size_t)extent->length
	};

	if (extent->bytes != NULL) {
		memcpy(t->text + extent->offset, extent->bytes,
		    (size_t)extent->length);
		return DE_OK;
	}
	if (ext2_read(t->e, extent->address, &iov, 1, &error) == DE_OK)
		return DE_OK;
	t->e->host->report(t->e->host, DE_ERROR, "%s: cannot read the target "
	    "of a symbolic link at address %llu: %s", t->e->device,
	    (unsigned long long)error.address, strerror(error.error));
	return DE_FAILED;
}

/*
 * A short target is in the inode itself, unless a very old kernel has put it
 * into a block: then the inode counts one.
 */
static bool
is_fast(const struct ext2 *e, const struct de_inode *link)
{
	struct ext2_inode *inode = ext2_native(link);

	if ((inode->i_flags & (EXT4_INLINE_DATA_FL | EXT4_EXTENTS_FL)) != 0 ||
	    link->size >= sizeof(inode->i_block))
		return false;
	return ext2fs_inode_data_blocks2(e->fs, inode) == 0 ||
	    ext2fs_has_feature_ea_inode(e->fs->super);
}

enum de_status
ext2_read_symlink(void *self, const struct de_inode *link, char *target,
    size_t room)
{
	struct target t = { self, target };
	struct walk w = { .e = self, .file = link, .take = read_target,
	    .arg = &t };

	if (link->size > room)
		return DE_FAILED;
	if (is_fast(w.e, link)) {
		memcpy(target, ext2_native(link)->i_block, (size_t)link->size);
		return DE_OK;
	}
	return walk_file(&w);
}
