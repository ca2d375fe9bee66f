/* SPDX-License-Identifier: BSD-3-Clause */
/* fast_commit.c - replay the fast commits of ext4 that follow the log */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../common/bytes.h"
#include "fast_commit.h"
#include "fast_map.h"

/* A tag has two bytes of type, two of length, and that many bytes of data. */
#define TAG_ADD_RANGE 1
#define TAG_DELETE_RANGE 2
#define TAG_CREATE 3
#define TAG_LINK 4
#define TAG_UNLINK 5
#define TAG_INODE 6
#define TAG_PAD 7
#define TAG_TAIL 8
#define TAG_HEAD 9
#define TAG_HEADER 4u

#define MAX_BYTES (64u << 20)		/* of tags that are replayed */
#define MAX_NAME 255u

#define NODE_MAGIC 0xF30Au		/* of an extent root */
#define UNWRITTEN_LENGTH 32768u

/* The tags to be replayed. */
struct tags {
	uint8_t *bytes;
	size_t length;			/* taken so far */
	size_t whole;			/* up to the last valid tail */
	size_t room;
	uint32_t crc;			/* of the current commit so far */
	bool is_begun;			/* they follow this log */
};

struct fast {
	struct log *log;
	ext2_filsys fs;
	struct fast_map map;
	struct ext2_inode_large *inode;	/* inode_size bytes */
	struct ext2_inode_large *other;
	size_t inode_size;
	bool has_descriptors;		/* group descriptors have changed */
};

/* A name in a tag. */
struct link {
	uint32_t parent;
	uint32_t inode;
	int length;
	char name[MAX_NAME + 1];
};

/* ------------------------------------------------------- which are there */

static enum de_status
damaged(const struct log *l, const char *what)
{
	return log_refuse(l, "its fast commits are damaged: %s", what);
}

static bool
is_length_right(const struct log *l, uint32_t kind, size_t length)
{
	switch (kind) {
	case TAG_ADD_RANGE:
		return length == 16;
	case TAG_DELETE_RANGE:
		return length == 12;
	case TAG_CREATE:
	case TAG_LINK:
	case TAG_UNLINK:
		return length > 8 && length <= 8 + MAX_NAME;
	case TAG_INODE:
		return length >= 4 + EXT2_GOOD_OLD_INODE_SIZE &&
		    length <= 4 + l->block_size;
	case TAG_HEAD:
	case TAG_TAIL:
		return length >= 8;
	default:
		return kind == TAG_PAD;
	}
}

static bool
keep_tag(struct tags *t, const uint8_t *tag, size_t length)
{
	if (length > t->room - t->length) {
		size_t room = t->room == 0 ? 65536 : t->room * 2;
		while (room - t->length < length)
			room *= 2;
		uint8_t *bytes = room > MAX_BYTES ? NULL :
		    realloc(t->bytes, room);
		if (bytes == NULL)
			return false;
		t->bytes = bytes;
		t->room = room;
	}
	memcpy(t->bytes + t->length, tag, length);
	t->length += length;
	return true;
}

/* Collect one tag.  Returns false when no more can be taken. */
static bool
scan_tag(const struct log *l, struct tags *t, const uint8_t *tag,
    enum de_status *status)
{
	const uint32_t kind = get16(tag);
	const size_t length = get16(tag + 2);
	const uint8_t *value = tag + TAG_HEADER;

	if (!is_length_right(l, kind, length) ||
	    (kind != TAG_HEAD && !t->is_begun))
		return false;
	if (kind == TAG_TAIL) {
		t->crc = ext2fs_crc32c_le(t->crc, tag, TAG_HEADER + 4);
		if (get32(value) != l->sequence || get32(value + 4) != t->crc)
			return false;
		t->crc = 0;
		t->whole = t->length;
		return true;
	}
	if (kind == TAG_HEAD) {
		if (get32(value + 4) != l->sequence)
			return false;
		t->is_begun = true;
		if (get32(value) != 0) {
			*status = damaged(l, "unsupported features");
			return false;
		}
	}
	t->crc = ext2fs_crc32c_le(t->crc, tag, TAG_HEADER + length);
	if (kind == TAG_HEAD || kind == TAG_PAD ||
	    keep_tag(t, tag, TAG_HEADER + length))
		return true;
	*status = damaged(l, "too many of them");
	return false;
}

/* Returns false after the last block. */
static bool
scan_block(const struct log *l, struct tags *t, const uint8_t *block,
    enum de_status *status)
{
	size_t at = 0;

	while (l->block_size - at >= TAG_HEADER) {
		const size_t end = at + TAG_HEADER + get16(block + at + 2);
		if (end > l->block_size ||
		    !scan_tag(l, t, block + at, status))
			return false;
		at = end;
	}
	return true;
}

static enum de_status
scan(const struct log *l, struct tags *t)
{
	uint8_t *block = malloc(l->block_size);
	enum de_status status = DE_OK;
	bool is_more = true;

	if (block == NULL)
		return log_refuse(l, "out of memory");
	for (uint32_t i = 0; i < l->fast_count && is_more &&
	    status == DE_OK; i++) {
		status = log_read(l, l->fast_first + i, block);
		if (status == DE_OK)
			is_more = scan_block(l, t, block, &status);
	}
	free(block);
	if (status == DE_OK && t->is_begun && t->whole == 0)
		l->host->report(l->host, DE_WARNING, "%s: ignoring an "
		    "incomplete fast commit in its journal, probably cut short "
		    "by a crash", device_path(l->device));
	return status;
}

/* ---------------------------------------------------------------- inodes */

static enum de_status
failed(const struct fast *f, uint32_t inode, const char *what,
    errcode_t error)
{
	return log_refuse(f->log, "its fast commits change inode %u: cannot "
	    "%s: %s", inode, what, error_message(error));
}

static bool
is_number(const struct fast *f, uint32_t inode)
{
	return inode == EXT2_ROOT_INO ||
	    (inode >= EXT2_FIRST_INODE(f->fs->super) &&
	    inode <= f->fs->super->s_inodes_count);
}

/* Read into f->inode.  A never used inode has no checksum yet. */
static enum de_status
read_inode(struct fast *f, uint32_t number)
{
	const errcode_t error = ext2fs_read_inode_full(f->fs, number,
	    (struct ext2_inode *)f->inode, (int)f->inode_size);

	if (error != 0 && error != EXT2_ET_INODE_CSUM_INVALID)
		return failed(f, number, "read it", error);
	return DE_OK;
}

static enum de_status
write_inode(struct fast *f, uint32_t number, struct ext2_inode_large *inode)
{
	const errcode_t error = ext2fs_write_inode_full(f->fs, number,
	    (struct ext2_inode *)inode, (int)f->inode_size);

	return error == 0 ? DE_OK : failed(f, number, "write it", error);
}

/*
 * Extend the used part of the table to include it; other inodes that this adds
 * are unused.
 */
static enum de_status
mark_used(struct fast *f, uint32_t number)
{
	const ext2_filsys fs = f->fs;
	const uint32_t all = fs->super->s_inodes_per_group;
	const uint32_t group = (number - 1) / all;
	const uint32_t index = (number - 1) % all;
	uint32_t unused = 0;
	enum de_status status = DE_OK;

	if (!ext2fs_has_group_desc_csum(fs))
		return DE_OK;
	unused = ext2fs_bg_itable_unused(fs, group);
	if (ext2fs_bg_flags_test(fs, group, EXT2_BG_INODE_UNINIT) ||
	    unused > all)
		unused = all;
	if (index < all - unused)
		return DE_OK;
	memset(f->other, 0, f->inode_size);
	for (uint32_t i = all - unused; i <= index && status == DE_OK; i++)
		status = write_inode(f, group * all + i + 1, f->other);
	ext2fs_bg_flags_clear(fs, group, EXT2_BG_INODE_UNINIT);
	ext2fs_bg_itable_unused_set(fs, group, all - index - 1);
	ext2fs_group_desc_csum_set(fs, group);
	ext2fs_mark_super_dirty(fs);
	f->has_descriptors = true;
	return status;
}

/* Is the inode in the tag a different file from the one on disk? */
static bool
is_new(const struct fast *f, const struct ext2_inode_large *inode)
{
	const struct ext2_inode_large *old = f->inode;

	if (old->i_mode == 0 || old->i_links_count == 0)
		return true;
	return old->i_generation != inode->i_generation &&
	    (f->inode_size == EXT2_GOOD_OLD_INODE_SIZE ||
	    old->i_crtime != inode->i_crtime);
}

/* If i_block is a map, separate tags describe its contents. */
static void
merge_map(struct ext2_inode_large *inode, const struct ext2_inode_large *tag)
{
	const uint8_t *root = (const uint8_t *)inode->i_block;

	if ((tag->i_flags & EXT4_EXTENTS_FL) != 0) {
		if (get16(root) == NODE_MAGIC)
			return;
		memset(inode->i_block, 0, sizeof(inode->i_block));
		put16((uint8_t *)inode->i_block, NODE_MAGIC);
		put16((uint8_t *)inode->i_block + 4, 4);
	} else if ((tag->i_flags & EXT4_INLINE_DATA_FL) != 0 ||
	    (!LINUX_S_ISREG(tag->i_mode) && !LINUX_S_ISDIR(tag->i_mode))) {
		memcpy(inode->i_block, tag->i_block, sizeof(inode->i_block));
	}
}

/*
 * A directory changes by its names, both here and when the tag was made: its
 * size and index are those that resulted here.
 */
static void
keep_directory(struct ext2_inode_large *inode,
    const struct ext2_inode_large *old)
{
	inode->i_size = old->i_size;
	inode->i_size_high = old->i_size_high;
	inode->i_blocks = old->i_blocks;
	inode->i_flags &= ~(uint32_t)EXT2_INDEX_FL;
	inode->i_flags |= old->i_flags & EXT2_INDEX_FL;
}

static enum de_status
replay_inode(struct fast *f, const uint8_t *value, size_t length)
{
	const uint32_t number = get32(value);
	const size_t bytes = length - 4;
	const size_t tail = offsetof(struct ext2_inode_large, i_generation);
	struct ext2_inode_large *tag = f->other;

	if (!is_number(f, number) || bytes > f->inode_size)
		return damaged(f->log, "an invalid inode");
	if (fast_map_flush(&f->map) != DE_OK ||
	    mark_used(f, number) != DE_OK || read_inode(f, number) != DE_OK)
		return DE_FAILED;
	memset(tag, 0, f->inode_size);
	memcpy(tag, value + 4, bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	ext2fs_swap_inode_full(f->fs, tag, tag, 0, (int)f->inode_size);
#endif
	const bool is_directory = LINUX_S_ISDIR(tag->i_mode);
	if (is_new(f, tag))
		memset(f->inode, 0, f->inode_size);
	const struct ext2_inode_large old = *f->inode;
	memcpy(f->inode, tag, offsetof(struct ext2_inode_large, i_block));
	memcpy((uint8_t *)f->inode + tail, (uint8_t *)tag + tail,
	    bytes - tail);
	merge_map(f->inode, tag);
	if (is_directory && (tag->i_flags & EXT4_INLINE_DATA_FL) == 0)
		keep_directory(f->inode, &old);
	return write_inode(f, number, f->inode);
}

static enum de_status
add_to_links(struct fast *f, uint32_t number, int change)
{
	if (read_inode(f, number) != DE_OK)
		return DE_FAILED;
	if (change > 0 && f->inode->i_links_count < UINT16_MAX)
		f->inode->i_links_count++;
	else if (change < 0 && f->inode->i_links_count > 0)
		f->inode->i_links_count--;
	/* A directory has only one name; its other link is ".". */
	if (change < 0 && LINUX_S_ISDIR(f->inode->i_mode))
		f->inode->i_links_count = 0;
	return write_inode(f, number, f->inode);
}

/* ---------------------------------------------------------------- ranges */

static enum de_status
replay_add_range(struct fast *f, const uint8_t *value)
{
	const uint32_t number = get32(value);
	const uint32_t length = get16(value + 8);
	struct fast_range r = {
		.first = get32(value + 4),
		.count = length,
		.place = (uint64_t)get16(value + 10) << 32 | get32(value + 12),
	};

	if (length > UNWRITTEN_LENGTH)
		r.count = length - UNWRITTEN_LENGTH;
	if (!is_number(f, number) || r.count == 0 ||
	    r.first + r.count > UINT32_MAX ||
	    r.place < f->log->first_block || r.place >= f->log->block_count ||
	    r.count > f->log->block_count - r.place)
		return damaged(f->log, "an invalid extent");
	if (length > UNWRITTEN_LENGTH)
		r.place |= FAST_UNWRITTEN;
	return fast_map_add(&f->map, number, &r);
}

static enum de_status
replay_delete_range(struct fast *f, const uint8_t *value)
{
	const uint32_t number = get32(value);

	if (!is_number(f, number))
		return damaged(f->log, "an invalid range");
	if (fast_map_flush(&f->map) != DE_OK || read_inode(f, number) != DE_OK)
		return DE_FAILED;
	/* An inode that has become inline or was deleted has none. */
	if ((f->inode->i_flags & EXT4_EXTENTS_FL) == 0)
		return DE_OK;
	return fast_map_remove(&f->map, number, get32(value + 4),
	    get32(value + 8));
}

/* ----------------------------------------------------------------- names */

static enum de_status
get_link(struct fast *f, const uint8_t *value, size_t length, struct link *k)
{
	k->parent = get32(value);
	k->inode = get32(value + 4);
	k->length = (int)(length - 8);
	memcpy(k->name, value + 8, length - 8);
	k->name[length - 8] = '\0';
	if (!is_number(f, k->parent) || !is_number(f, k->inode) ||
	    strlen(k->name) != length - 8 || strchr(k->name, '/') != NULL ||
	    strcmp(k->name, ".") == 0 || strcmp(k->name, "..") == 0)
		return damaged(f->log, "an invalid name");
	return fast_map_flush(&f->map);
}

/* Blocks that libext2fs allocates for a directory. */
static errcode_t
borrow_block(ext2_filsys fs, blk64_t goal, blk64_t *block)
{
	struct fast *f = fs->priv_data;

	(void)goal;
	*block = fast_map_borrow(&f->map);
	return *block == 0 ? EXT2_ET_BLOCK_ALLOC_FAIL : 0;
}

static int
file_type(uint16_t mode)
{
	static const uint8_t types[16] = {
		[1] = EXT2_FT_FIFO, [2] = EXT2_FT_CHRDEV, [4] = EXT2_FT_DIR,
		[6] = EXT2_FT_BLKDEV, [8] = EXT2_FT_REG_FILE,
		[10] = EXT2_FT_SYMLINK, [12] = EXT2_FT_SOCK,
	};

	return types[mode >> 12];
}

/* The inode that the name refers to now; 0: none. */
static enum de_status
look_up(struct fast *f, const struct link *k, uint32_t *inode)
{
	ext2_ino_t found = 0;
	const errcode_t error = ext2fs_lookup(f->fs, k->parent, k->name,
	    k->length, NULL, &found);

	*inode = found;
	if (error != 0 && error != EXT2_ET_FILE_NOT_FOUND)
		return failed(f, k->parent, "search the directory", error);
	return DE_OK;
}

static enum de_status
remove_name(struct fast *f, const struct link *k, uint32_t inode)
{
	const errcode_t error = ext2fs_unlink(f->fs, k->parent, k->name, inode,
	    0);

	return error == 0 ? DE_OK :
	    failed(f, k->parent, "remove a name from the directory", error);
}

static enum de_status
add_name(struct fast *f, const struct link *k, int type)
{
	errcode_t error = ext2fs_link(f->fs, k->parent, k->name, k->inode,
	    type);

	if (error == EXT2_ET_DIR_NO_SPACE) {
		error = ext2fs_expand_dir(f->fs, k->parent);
		if (error == 0)
			error = ext2fs_link(f->fs, k->parent, k->name,
			    k->inode, type);
	}
	return error == 0 ? DE_OK :
	    failed(f, k->parent, "add a name to the directory", error);
}

/* Does that directory exist?  It may have been removed later. */
static bool
has_parent(struct fast *f, const struct link *k)
{
	return ext2fs_check_directory(f->fs, k->parent) == 0;
}

static enum de_status
replay_link(struct fast *f, const struct link *k, bool counts)
{
	uint32_t found;

	if (read_inode(f, k->inode) != DE_OK)
		return DE_FAILED;
	const int type = file_type(f->inode->i_mode);
	if (type == 0 || !has_parent(f, k))
		return DE_OK;
	if (look_up(f, k, &found) != DE_OK)
		return DE_FAILED;
	if (found == k->inode)
		return DE_OK;
	if ((found != 0 && remove_name(f, k, found) != DE_OK) ||
	    add_name(f, k, type) != DE_OK)
		return DE_FAILED;
	return counts ? add_to_links(f, k->inode, 1) : DE_OK;
}

static enum de_status
replay_unlink(struct fast *f, const struct link *k)
{
	uint32_t found;

	if (!has_parent(f, k))
		return DE_OK;
	if (look_up(f, k, &found) != DE_OK)
		return DE_FAILED;
	if (found == 0)
		return DE_OK;
	/* Another inode may have taken the name since, but this one lost it. */
	if (found == k->inode && remove_name(f, k, found) != DE_OK)
		return DE_FAILED;
	return add_to_links(f, k->inode, -1);
}

/* No tag contains the first block of a new directory. */
static enum de_status
fill_directory(struct fast *f, const struct link *k)
{
	struct fast_range r = { .count = 1 };
	char *block = NULL;

	errcode_t error = ext2fs_new_dir_block(f->fs, k->inode, k->parent,
	    &block);
	r.place = error == 0 ? fast_map_borrow(&f->map) : 0;
	if (error == 0)
		error = r.place == 0 ? EXT2_ET_BLOCK_ALLOC_FAIL :
		    ext2fs_write_dir_block4(f->fs, r.place, block, 0,
		    k->inode);
	ext2fs_free_mem(&block);
	if (error != 0)
		return failed(f, k->inode, "fill the directory", error);
	f->inode->i_size = f->fs->blocksize;
	f->inode->i_size_high = 0;
	if ((f->inode->i_flags & EXT4_EXTENTS_FL) == 0)
		f->inode->i_block[0] = (uint32_t)r.place;
	if (write_inode(f, k->inode, f->inode) != DE_OK)
		return DE_FAILED;
	if ((f->inode->i_flags & EXT4_EXTENTS_FL) == 0)
		return DE_OK;
	if (fast_map_add(&f->map, k->inode, &r) != DE_OK)
		return DE_FAILED;
	return fast_map_flush(&f->map);
}

static enum de_status
replay_create(struct fast *f, const struct link *k)
{
	if (read_inode(f, k->inode) != DE_OK)
		return DE_FAILED;
	if (LINUX_S_ISDIR(f->inode->i_mode) && f->inode->i_size == 0 &&
	    (f->inode->i_flags & EXT4_INLINE_DATA_FL) == 0 &&
	    fill_directory(f, k) != DE_OK)
		return DE_FAILED;
	return replay_link(f, k, false);
}

/* ---------------------------------------------------------------- replay */

static enum de_status
replay_tag(struct fast *f, uint32_t kind, const uint8_t *value, size_t length)
{
	struct link k;

	switch (kind) {
	case TAG_ADD_RANGE:
		return replay_add_range(f, value);
	case TAG_DELETE_RANGE:
		return replay_delete_range(f, value);
	case TAG_INODE:
		return replay_inode(f, value, length);
	default:
		break;
	}
	if (get_link(f, value, length, &k) != DE_OK)
		return DE_FAILED;
	if (kind == TAG_CREATE)
		return replay_create(f, &k);
	return kind == TAG_LINK ? replay_link(f, &k, true) :
	    replay_unlink(f, &k);
}

static enum de_status
replay_tags(struct fast *f, const struct tags *t)
{
	enum de_status status = DE_OK;
	size_t at = 0, count = 0;

	while (at < t->whole && status == DE_OK) {
		const uint8_t *tag = t->bytes + at;
		const size_t length = get16(tag + 2);
		status = replay_tag(f, get16(tag), tag + TAG_HEADER, length);
		at += TAG_HEADER + length;
		count++;
		if (f->log->host->cancelled(f->log->host))
			return DE_FAILED;
	}
	if (status == DE_OK)
		status = fast_map_flush(&f->map);
	if (status == DE_OK)
		f->log->host->report(f->log->host, DE_INFO, "%s: replayed its "
		    "fast commits in memory: %zu changes",
		    device_path(f->log->device), count);
	return status;
}

/* libext2fs records its allocations in a bitmap: give it an empty one. */
static errcode_t
open_filesystem(struct fast *f)
{
	errcode_t error = ext2fs_open2(device_channel_name(f->log->device),
	    NULL, EXT2_FLAG_RW | EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP |
	    EXT2_FLAG_MASTER_SB_ONLY, 0, 0, device_io_manager, &f->fs);

	if (error != 0)
		return error;
	f->fs->priv_data = f;
	f->fs->default_bitmap_type = EXT2FS_BMAP64_RBTREE;
	ext2fs_set_alloc_block_callback(f->fs, borrow_block, NULL);
	f->inode_size = EXT2_INODE_SIZE(f->fs->super);
	/* A small old-style inode is handled like a large one. */
	const size_t room = f->inode_size < sizeof(*f->inode) ?
	    sizeof(*f->inode) : f->inode_size;
	f->inode = calloc(1, room);
	f->other = calloc(1, room);
	if (f->inode == NULL || f->other == NULL)
		return EXT2_ET_NO_MEMORY;
	fast_map_open(&f->map, f->log, f->fs);
	return ext2fs_allocate_block_bitmap(f->fs, "borrowed",
	    &f->fs->block_map);
}

static enum de_status
replay(struct log *l, const struct tags *t)
{
	struct fast f = { .log = l };
	errcode_t error = open_filesystem(&f);
	enum de_status status = DE_OK;

	if (error != 0)
		status = failed(&f, EXT2_ROOT_INO, "open the filesystem",
		    error);
	else
		status = replay_tags(&f, t);
	if (status == DE_OK && f.has_descriptors) {
		error = ext2fs_flush(f.fs);
		if (error != 0)
			status = failed(&f, EXT2_ROOT_INO,
			    "write group descriptors", error);
	}
	fast_map_close(&f.map);
	free(f.inode);
	free(f.other);
	if (f.fs != NULL)
		ext2fs_free(f.fs);
	return status;
}

enum de_status
fast_commit_replay(struct log *l)
{
	struct tags t = { 0 };
	enum de_status status = scan(l, &t);

	if (status == DE_OK && t.whole > 0)
		status = replay(l, &t);
	free(t.bytes);
	return status;
}
