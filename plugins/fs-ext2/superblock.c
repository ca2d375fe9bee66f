/* SPDX-License-Identifier: BSD-3-Clause */
/* superblock.c - open the filesystem and read its geometry */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "../common/bytes.h"
#include "checksum.h"
#include "ext2.h"

#define OLD_FIRST_INODE 11	/* of revision 0 and every mke2fs since */
#define MAGIC_AT 56		/* s_magic in a superblock */
#define LOG_BLOCK_SIZE_AT 24	/* of s_log_block_size */
#define STATE_AT 58		/* of s_state */
#define UUID_AT 104		/* of s_uuid */
#define CHECKSUM_AT 1020	/* of s_checksum */

static enum de_status
refuse_superblock(const struct ext2 *e, const char *why)
{
	e->host->report(e->host, DE_ERROR, "%s: %s", e->device, why);
	return DE_FAILED;
}

/*
 * Which block size makes a superblock of the contents of that block?  The
 * superblock names its own.  Returns 0 if none does.
 */
static uint32_t
find_block_size(const struct ext2 *e, uint64_t block)
{
	uint8_t super[SUPERBLOCK_SIZE];

	for (uint32_t log = 0; log <= EXT2_MAX_BLOCK_LOG_SIZE -
	    EXT2_MIN_BLOCK_LOG_SIZE; log++) {
		struct de_read_error error = { .struct_size = sizeof(error) };
		const uint32_t size = (uint32_t)EXT2_MIN_BLOCK_SIZE << log;
		if (device_read(e->bytes, block * size, super, sizeof(super),
		    &error) == DE_OK &&
		    get16(super + MAGIC_AT) == EXT2_SUPER_MAGIC &&
		    get32(super + LOG_BLOCK_SIZE_AT) == log)
			return size;
	}
	return 0;
}

static enum de_status
explain(const struct ext2 *e, errcode_t error)
{
	if (error == EXT2_ET_BAD_MAGIC)
		return refuse_superblock(e, "holds no ext2, ext3 or ext4 "
		    "filesystem");
	e->host->report(e->host, DE_ERROR, "%s: cannot open the filesystem: "
	    "%s%s", e->device, error_message(error),
	    error == EXT2_ET_SB_CSUM_INVALID ||
	    error == EXT2_ET_CORRUPT_SUPERBLOCK || error == EIO ?
	    "; a backup superblock may be intact: set superblock to its block "
	    "(dumpe2fs and \"mke2fs -n\" list them), or run e2fsck" : "");
	return DE_FAILED;
}

/* The partition was shrunk, or a copy is incomplete.  Dump what is there. */
static void
check_size(struct ext2 *e)
{
	const uint64_t has = device_size(e->bytes);
	const uint64_t blocks = ext2fs_blocks_count(e->fs->super);
	uint64_t needs;

	/* A larger excess is not a size; see superblock_read_geometry(). */
	if (__builtin_mul_overflow(blocks, (uint64_t)e->fs->blocksize,
	    &needs) || needs <= has || e->missing > 0)
		return;
	e->missing = needs - has;
	e->host->report(e->host, DE_WARNING, "%s: is shorter than its "
	    "filesystem: it has %" PRIu64 " bytes (%.1f MiB) of %" PRIu64 " "
	    "(%.1f MiB), probably an incomplete copy or a shrunk partition; "
	    "what lies past its end cannot be dumped", e->device, has,
	    (double)has / 1048576, needs, (double)needs / 1048576);
}

enum de_status
superblock_open(struct ext2 *e)
{
	const int64_t block = e->host->get_integer(e->host, "superblock");
	uint32_t block_size = 0;

	if (block > 0) {
		block_size = find_block_size(e, (uint64_t)block);
		if (block_size == 0) {
			e->host->report(e->host, DE_ERROR, "%s: superblock: no "
			    "superblock in block %lld, with any block size; "
			    "dumpe2fs and \"mke2fs -n\" list the backups",
			    e->device, (long long)block);
			return DE_FAILED;
		}
	}
	const errcode_t error = ext2fs_open2(device_channel_name(e->bytes),
	    NULL, EXT2_FLAG_64BITS, (int)block, block_size, device_io_manager,
	    &e->fs);
	if (error == 0) {
		check_size(e);
		return DE_OK;
	}
	e->fs = NULL;
	return explain(e, error);
}

/*
 * The state in the primary superblock, if that is valid and belongs to this
 * filesystem.
 */
static bool
read_first_state(const struct ext2 *e, uint16_t *state)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	uint8_t first[SUPERBLOCK_SIZE];

	if (device_read(e->bytes, SUPERBLOCK_OFFSET, first, sizeof(first),
	    &error) != DE_OK || get16(first + MAGIC_AT) != EXT2_SUPER_MAGIC ||
	    memcmp(first + UUID_AT, e->fs->super->s_uuid,
	    sizeof(e->fs->super->s_uuid)) != 0 ||
	    (ext2fs_has_feature_metadata_csum(e->fs->super) &&
	    checksum(~0u, first, CHECKSUM_AT) != get32(first + CHECKSUM_AT)))
		return false;
	*state = get16(first + STATE_AT);
	return true;
}

bool
superblock_is_unclean(const struct ext2 *e)
{
	uint16_t state = e->fs->super->s_state;

	/* No backup is ever marked as clean. */
	if (e->host->is_set(e->host, "superblock") &&
	    !read_first_state(e, &state))
		state |= EXT2_VALID_FS;
	return (state & EXT2_VALID_FS) == 0 || (state & EXT2_ERROR_FS) != 0;
}

/* Internal inodes of the filesystem besides the reserved ones. */
static void
set_hidden(struct ext2 *e)
{
	struct ext2_super_block *super = e->fs->super;

	memset(e->hidden, 0, sizeof(e->hidden));
	if (ext2fs_has_feature_journal(super))
		e->hidden[0] = super->s_journal_inum;
	if (ext2fs_has_feature_quota(super)) {
		e->hidden[1] = super->s_usr_quota_inum;
		e->hidden[2] = super->s_grp_quota_inum;
		e->hidden[3] = super->s_prj_quota_inum;
	}
	if (ext2fs_has_feature_orphan_file(super))
		e->hidden[4] = super->s_orphan_file_inum;
	if (ext2fs_has_feature_resize_inode(super))
		e->hidden[5] = EXT2_RESIZE_INO;
	e->hidden_last = 0;
	for (size_t i = 0; i < sizeof(e->hidden) / sizeof(e->hidden[0]); i++)
		if (e->hidden[i] > e->hidden_last)
			e->hidden_last = e->hidden[i];
}

static void
set_features(struct ext2 *e)
{
	struct ext2_super_block *super = e->fs->super;

	e->has_checksums = ext2fs_has_feature_metadata_csum(super);
	e->has_group_checksums = ext2fs_has_group_desc_csum(e->fs);
	e->has_64bit = ext2fs_has_feature_64bit(super);
	e->has_huge_files = ext2fs_has_feature_huge_file(super);
	e->has_large_directories = ext2fs_has_feature_largedir(super);
	e->has_projects = ext2fs_has_feature_project(super);
	e->has_entry_types = ext2fs_has_feature_filetype(super);
	e->has_value_inodes = ext2fs_has_feature_ea_inode(super);
}

/*
 * A wrong number would hide files.  Groups with fewer inodes than are reserved
 * are rare but valid.
 */
static uint32_t
first_inode(const struct ext2 *e)
{
	const uint32_t first = EXT2_FIRST_INODE(e->fs->super);

	if (first == OLD_FIRST_INODE || (first > OLD_FIRST_INODE &&
	    first <= e->inodes_per_group))
		return first;
	e->host->report(e->host, DE_WARNING, "%s: its superblock names %u as "
	    "the first inode of a file, which is impossible; using %d; run "
	    "e2fsck on it", e->device, first, OLD_FIRST_INODE);
	return OLD_FIRST_INODE;
}

enum de_status
superblock_read_geometry(struct ext2 *e)
{
	struct ext2_super_block *super = e->fs->super;

	e->block_size = e->fs->blocksize;
	e->first_block = super->s_first_data_block;
	e->blocks = ext2fs_blocks_count(super);
	e->inodes = super->s_inodes_count;
	e->inodes_per_group = super->s_inodes_per_group;
	e->inode_size = EXT2_INODE_SIZE(super);
	e->seed = e->fs->csum_seed;
	if (e->inodes_per_group == 0 || e->inodes < OLD_FIRST_INODE - 1 ||
	    e->inode_size < EXT2_GOOD_OLD_INODE_SIZE ||
	    e->inode_size > e->block_size ||
	    e->blocks > INT64_MAX / e->block_size ||
	    (uint64_t)e->inodes_per_group * e->fs->group_desc_count <
	    e->inodes)
		return refuse_superblock(e, "its superblock is damaged: the "
		    "numbers of inodes and groups are inconsistent; run e2fsck "
		    "on it, or set superblock to the block of a backup");
	e->first_inode = first_inode(e);
	set_features(e);
	set_hidden(e);
	return DE_OK;
}
