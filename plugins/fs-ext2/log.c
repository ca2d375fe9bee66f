/* SPDX-License-Identifier: BSD-3-Clause */
/* log.c - a filesystem's journal as a sequence of blocks, and its superblock */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/bytes.h"
#include "log.h"

#define MAX_RUNS (1u << 20)
#define MIN_BLOCKS 1024			/* minimum size of a journal */
#define MAX_BLOCKS (1u << 30)

#define EXTENT_MAGIC 0xF30Au
#define EXTENT_MAX_DEPTH 5
#define EXTENT_MAX_LENGTH 32768		/* longer: unwritten */

#define JOURNAL_MAGIC 0xC03B3998u
#define SUPERBLOCK_V1 3
#define SUPERBLOCK_V2 4
#define SUPERBLOCK_BYTES 1024
#define CHECKSUM_AT 0xFC
#define CRC32C 4
#define FAST_BLOCKS 256			/* default of the superblock */
#define KNOWN_INCOMPAT (LOG_REVOKE | LOG_64BIT | LOG_ASYNC_COMMIT | \
	LOG_CHECKSUM_V2 | LOG_CHECKSUM_V3 | LOG_FAST_COMMIT)

#define BACKUP_OF_BLOCKS 1		/* s_jnl_backup_type */

enum de_status
log_refuse(const struct log *l, const char *format, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	l->host->report(l->host, DE_ERROR, "%s: its journal holds changes that "
	    "are not in the filesystem yet, and cannot be replayed: %s; mount "
	    "and unmount it or run e2fsck on it before the dump, or set "
	    "ignore_journal = true to dump it without these changes",
	    device_path(l->device), why);
	return DE_FAILED;
}

/* ------------------------------------------------- where its blocks are */

/* Append blocks of the journal.  Returns false if they are invalid. */
static bool
add_run(struct log *l, uint64_t first, uint64_t place, uint64_t count)
{
	if (l->mapped >= l->length)
		return true;
	if (first != l->mapped || count == 0 || place < l->first_block ||
	    place >= l->block_count || count > l->block_count - place)
		return false;
	if (count > l->length - l->mapped)
		count = l->length - l->mapped;
	l->mapped += count;
	if (l->run_count > 0) {
		struct log_run *last = &l->runs[l->run_count - 1];
		if (last->place + last->count == place) {
			last->count += (uint32_t)count;
			return true;
		}
	}
	if (l->run_count == MAX_RUNS)
		return false;
	if (l->run_count == l->run_room) {
		const size_t room = l->run_room == 0 ? 16 : l->run_room * 2;
		struct log_run *runs = realloc(l->runs, room * sizeof(*runs));
		if (runs == NULL)
			return false;
		l->runs = runs;
		l->run_room = room;
	}
	l->runs[l->run_count++] = (struct log_run){
		(uint32_t)first, (uint32_t)count, place
	};
	return true;
}

/* Read a block of the inode's map; the caller frees it.  NULL if unreadable. */
static uint8_t *
read_map_block(const struct log *l, uint64_t block)
{
	struct de_read_error error = { .struct_size = sizeof(error) };

	if (block < l->first_block || block >= l->block_count)
		return NULL;
	uint8_t *bytes = malloc(l->block_size);
	if (bytes != NULL && device_read(l->device, block * l->block_size,
	    bytes, l->block_size, &error) != DE_OK) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

/* Map an extent tree node: `room` bytes, `depth` levels above the leaves. */
static bool
map_extents(struct log *l, const uint8_t *node, size_t room, unsigned int depth)
{
	const uint32_t entries = get16(node + 2);
	bool good = true;

	if (get16(node) != EXTENT_MAGIC || get16(node + 6) != depth ||
	    (size_t)entries * 12 + 12 > room)
		return false;
	for (uint32_t i = 0; i < entries && good && l->mapped < l->length;
	    i++) {
		const uint8_t *e = node + 12 + (size_t)i * 12;
		const uint32_t length = get16(e + 4);
		if (depth == 0) {
			good = length <= EXTENT_MAX_LENGTH && add_run(l,
			    get32(e), (uint64_t)get16(e + 6) << 32 |
			    get32(e + 8), length);
			continue;
		}
		uint8_t *below = read_map_block(l,
		    (uint64_t)get16(e + 8) << 32 | get32(e + 4));
		good = below != NULL &&
		    map_extents(l, below, l->block_size, depth - 1);
		free(below);
	}
	return good;
}

/* Map a block, or the blocks that it lists. */
static bool
map_indirect(struct log *l, uint32_t block, unsigned int level)
{
	bool good = true;

	if (l->mapped >= l->length)
		return true;
	if (level == 0)
		return add_run(l, l->mapped, block, 1);
	uint8_t *list = read_map_block(l, block);
	if (list == NULL)
		return false;
	for (size_t at = 0; at < l->block_size && good &&
	    l->mapped < l->length; at += 4)
		good = map_indirect(l, get32(list + at), level - 1);
	free(list);
	return good;
}

static bool
map_inode(struct log *l, const struct ext2_inode *inode)
{
	const uint64_t length = EXT2_I_SIZE(inode) / l->block_size;
	const uint8_t *root = (const uint8_t *)inode->i_block;
	bool good = true;

	if (!LINUX_S_ISREG(inode->i_mode) || inode->i_links_count == 0 ||
	    length < MIN_BLOCKS || length > MAX_BLOCKS)
		return false;
	l->length = (uint32_t)length;
	l->run_count = 0;
	l->mapped = 0;
	if ((inode->i_flags & EXT4_EXTENTS_FL) != 0)
		return get16(root + 6) <= EXTENT_MAX_DEPTH &&
		    map_extents(l, root, sizeof(inode->i_block),
		    get16(root + 6)) && l->mapped == l->length;
	for (unsigned int i = 0; i < EXT2_NDIR_BLOCKS && good; i++)
		good = map_indirect(l, inode->i_block[i], 0);
	for (unsigned int i = 0; i < 3 && good; i++)
		good = map_indirect(l, inode->i_block[EXT2_IND_BLOCK + i],
		    i + 1);
	return good && l->mapped == l->length;
}

/* Use the copy of the inode in the superblock. */
static bool
map_backup(struct log *l, const struct ext2_super_block *super)
{
	struct ext2_inode inode = {
		.i_mode = LINUX_S_IFREG,
		.i_links_count = 1,
		.i_size = super->s_jnl_blocks[16],
		.i_size_high = super->s_jnl_blocks[15],
	};

	if (super->s_jnl_backup_type != BACKUP_OF_BLOCKS)
		return false;
	memcpy(inode.i_block, super->s_jnl_blocks, sizeof(inode.i_block));
	if (get16((const uint8_t *)inode.i_block) == EXTENT_MAGIC)
		inode.i_flags = EXT4_EXTENTS_FL;
	return map_inode(l, &inode);
}

static enum de_status
find_inside(struct log *l, ext2_filsys fs)
{
	struct ext2_inode inode;

	l->from = l->device;
	if (fs->super->s_journal_inum <= fs->super->s_inodes_count &&
	    ext2fs_read_inode(fs, fs->super->s_journal_inum, &inode) == 0 &&
	    map_inode(l, &inode))
		return DE_OK;
	if (map_backup(l, fs->super))
		return DE_OK;
	return log_refuse(l, "the journal's inode, %u, is damaged",
	    fs->super->s_journal_inum);
}

/* ------------------------------------------------------ external journals */

static enum de_status
read_other_superblock(const struct log *l, const struct device *other,
    struct ext2_super_block *super)
{
	struct de_read_error error = { .struct_size = sizeof(error) };

	if (device_read(other, SUPERBLOCK_OFFSET, super, sizeof(*super),
	    &error) != DE_OK)
		return log_refuse(l, "%s: %s", device_path(other),
		    strerror(error.error));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	ext2fs_swap_super(super);
#endif
	return DE_OK;
}

static enum de_status
find_outside(struct log *l, ext2_filsys fs, const char *path)
{
	struct ext2_super_block super;

	if (path == NULL)
		return log_refuse(l, "it is on a separate device; name that as "
		    "journal = \"...\"");
	struct device *other = device_open(l->host, path);
	if (other == NULL)
		return log_refuse(l, "%s cannot be opened", path);
	device_take_journal(l->device, other);
	l->from = other;
	if (read_other_superblock(l, other, &super) != DE_OK)
		return DE_FAILED;
	if (super.s_magic != EXT2_SUPER_MAGIC ||
	    !ext2fs_has_feature_journal_dev(&super))
		return log_refuse(l, "%s is not a journal", path);
	if (memcmp(super.s_uuid, fs->super->s_journal_uuid,
	    sizeof(super.s_uuid)) != 0)
		return log_refuse(l, "%s is the journal of another filesystem, "
		    "according to its UUID", path);
	const uint64_t blocks = ext2fs_blocks_count(&super);
	if ((unsigned int)EXT2_BLOCK_SIZE(&super) != fs->blocksize ||
	    blocks < MIN_BLOCKS ||
	    blocks > MAX_BLOCKS)
		return log_refuse(l, "%s is damaged or has another block size",
		    path);
	l->length = (uint32_t)blocks;
	l->runs = malloc(sizeof(*l->runs));
	if (l->runs == NULL)
		return log_refuse(l, "out of memory");
	l->runs[0] = (struct log_run){ 0, l->length, 0 };
	l->run_count = 1;
	return DE_OK;
}

/* ---------------------------------------------------------- superblock */

static enum de_status
check_checksum(struct log *l, uint8_t *super)
{
	const bool v2 = (l->incompat & LOG_CHECKSUM_V2) != 0;
	const bool v3 = (l->incompat & LOG_CHECKSUM_V3) != 0;

	l->has_checksums = v2 || v3;
	if (!l->has_checksums)
		return DE_OK;
	const uint32_t expected = log_get32(super + CHECKSUM_AT);
	memset(super + CHECKSUM_AT, 0, 4);
	if ((v2 && v3) || (l->compat & LOG_COMPAT_CHECKSUM) != 0 ||
	    super[0x50] != CRC32C ||
	    ext2fs_crc32c_le(~0u, super, SUPERBLOCK_BYTES) != expected)
		return log_refuse(l, "checksum error in its superblock");
	l->seed = ext2fs_crc32c_le(~0u, super + 0x30, 16);
	return DE_OK;
}

static enum de_status
read_features(struct log *l, uint8_t *super)
{
	if (log_get32(super + 4) == SUPERBLOCK_V1)
		return DE_OK;
	l->compat = log_get32(super + 0x24);
	l->incompat = log_get32(super + 0x28);
	if ((l->incompat & ~KNOWN_INCOMPAT) != 0 ||
	    log_get32(super + 0x2C) != 0)
		return log_refuse(l, "it has unsupported features (%08x, %08x)",
		    l->incompat, log_get32(super + 0x2C));
	if (l->from != l->device && log_get32(super + 0x40) > 1)
		return log_refuse(l, "it is shared by several filesystems");
	return check_checksum(l, super);
}

/* The last blocks may be reserved for fast commits. */
static bool
read_fast_area(struct log *l, const uint8_t *super)
{
	uint32_t count = log_get32(super + 0x54);

	l->last = l->length;
	if ((l->incompat & LOG_FAST_COMMIT) == 0)
		return true;
	if (count == 0)
		count = FAST_BLOCKS;
	if (count > l->length || l->length - count < MIN_BLOCKS)
		return false;
	l->last = l->length - count;
	l->fast_first = l->last + 1;
	l->fast_count = count - 1;
	return true;
}

static enum de_status
read_superblock(struct log *l, uint8_t *super)
{
	const uint32_t block = l->from == l->device ? 0 :
	    (uint32_t)ext2fs_journal_sb_start((int)l->block_size);

	if (log_read(l, block, super) != DE_OK)
		return DE_FAILED;
	if (log_get32(super) != JOURNAL_MAGIC ||
	    (log_get32(super + 4) != SUPERBLOCK_V1 &&
	    log_get32(super + 4) != SUPERBLOCK_V2))
		return log_refuse(l, "its superblock is missing");
	if (read_features(l, super) != DE_OK)
		return DE_FAILED;
	const uint32_t length = log_get32(super + 0x10);
	if (log_get32(super + 0x0C) != l->block_size || length > l->length ||
	    length < MIN_BLOCKS)
		return log_refuse(l, "its superblock is damaged");
	l->length = length;
	l->first = log_get32(super + 0x14);
	l->sequence = log_get32(super + 0x18);
	l->start = log_get32(super + 0x1C);
	if (!read_fast_area(l, super) || l->first <= block ||
	    l->first >= l->last || (l->start != 0 && (l->start < l->first ||
	    l->start >= l->last)))
		return log_refuse(l, "its superblock is damaged");
	if (log_get32(super + 0x20) != 0)
		l->host->report(l->host, DE_WARNING, "%s: its journal records "
		    "an error; run e2fsck on it", device_path(l->device));
	return DE_OK;
}

enum de_status
log_open(struct log *l, const struct de_host *host, struct device *device,
    ext2_filsys fs, const char *path)
{
	enum de_status status;

	*l = (struct log){
		.host = host,
		.device = device,
		.block_size = fs->blocksize,
		.first_block = fs->super->s_first_data_block,
		.block_count = ext2fs_blocks_count(fs->super),
	};
	if (!ext2fs_has_feature_journal(fs->super))
		return log_refuse(l, "it is missing");
	if (fs->super->s_journal_inum != 0)
		status = find_inside(l, fs);
	else
		status = find_outside(l, fs, path);
	if (status != DE_OK)
		return status;
	uint8_t *super = malloc(l->block_size);
	if (super == NULL)
		return log_refuse(l, "out of memory");
	status = read_superblock(l, super);
	free(super);
	return status;
}

void
log_close(struct log *l)
{
	free(l->runs);
	l->runs = NULL;
}

/* ------------------------------------------------------------ its blocks */

uint64_t
log_place(const struct log *l, uint32_t block)
{
	size_t low = 0, high = l->run_count;

	/* Find the last run that begins at or before it. */
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		if (l->runs[middle].first <= block)
			low = middle;
		else
			high = middle;
	}
	return (l->runs[low].place + (block - l->runs[low].first)) *
	    l->block_size;
}

enum de_status
log_read(const struct log *l, uint32_t block, uint8_t *buffer)
{
	struct de_read_error error = { .struct_size = sizeof(error) };

	if (device_read(l->from, log_place(l, block), buffer, l->block_size,
	    &error) == DE_OK)
		return DE_OK;
	return log_refuse(l, "cannot read its block %u (address %llu of %s): "
	    "%s", block, (unsigned long long)error.address,
	    device_path(l->from), strerror(error.error));
}

uint32_t
log_further(const struct log *l, uint32_t block, uint64_t count)
{
	const uint64_t size = l->last - l->first;

	return l->first + (uint32_t)((block - l->first + count) % size);
}
