/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * directory.c - the entries of a directory
 *
 * All blocks are walked in order.  The index of a large directory is disguised
 * as empty entries, so only its checksums need special care.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "checksum.h"
#include "inline.h"
#include "inode.h"
#include "map.h"

#define ENTRY_HEADER_BYTES 8
#define TAIL_BYTES 12		/* an entry that holds the block's checksum */
#define TAIL_TYPE 0xDE
#define INDEX_ROOT_AT 32	/* after ".", ".." and the index header */
#define INDEX_NODE_AT 8		/* after an empty entry */
#define INLINE_PARENT_BYTES 4

struct directory {
	struct ext2 *e;
	const struct native *inode;
	struct work *work;
	struct trouble trouble;
	de_entry_fn *take;
	void *arg;
	uint32_t seed;			/* of its blocks' checksums */
	uint64_t next;			/* block expected next */
};

static uint16_t
type_bits(const struct ext2 *e, uint8_t type)
{
	static const uint16_t bits[] = {
		[EXT2_FT_REG_FILE] = S_IFREG,
		[EXT2_FT_DIR] = S_IFDIR,
		[EXT2_FT_CHRDEV] = S_IFCHR,
		[EXT2_FT_BLKDEV] = S_IFBLK,
		[EXT2_FT_FIFO] = S_IFIFO,
		[EXT2_FT_SOCK] = S_IFSOCK,
		[EXT2_FT_SYMLINK] = S_IFLNK,
	};

	return e->has_entry_types && type < sizeof(bits) / sizeof(bits[0]) ?
	    bits[type] : 0;
}

/* The length of an entry; blocks of 64 KiB need a special encoding. */
static size_t
entry_bytes(const struct ext2 *e, const uint8_t *entry)
{
	const size_t bytes = get16(entry + 4);

	if (e->block_size < 65536)
		return bytes;
	if (bytes == 65535 || bytes == 0)
		return e->block_size;
	return (bytes & 65532) | (bytes & 3) << 16;
}

/* ------------------------------------------------------------- checksums */

static bool
leaf_is_right(const struct directory *d, const uint8_t *block)
{
	const size_t covered = d->e->block_size - TAIL_BYTES;
	const uint8_t *tail = block + covered;

	return get32(tail) == 0 && get16(tail + 4) == TAIL_BYTES &&
	    tail[7] == TAIL_TYPE &&
	    checksum(d->seed, block, covered) == get32(tail + 8);
}

/* Where the index is in a block that looks like one; 0: it is not. */
static size_t
index_at(const struct ext2 *e, const uint8_t *block)
{
	if (get32(block) == 0 && entry_bytes(e, block) == e->block_size)
		return INDEX_NODE_AT;
	if (get16(block + 4) == 12 &&
	    entry_bytes(e, block + 12) == e->block_size - 12)
		return INDEX_ROOT_AT;
	return 0;
}

/* The checksum follows the space for the entries and covers those in use. */
static bool
index_is_right(const struct directory *d, const uint8_t *block)
{
	static const uint8_t zeros[4];
	const size_t at = index_at(d->e, block);

	if (at == 0)
		return false;
	const size_t tail = at + (size_t)get16(block + at) * 8;
	const size_t covered = at + (size_t)get16(block + at + 2) * 8;
	if (tail + 8 > d->e->block_size || covered > tail)
		return false;
	uint32_t crc = checksum(d->seed, block, covered);
	crc = checksum(crc, block + tail, 4);
	return checksum(crc, zeros, sizeof(zeros)) == get32(block + tail + 4);
}

static bool
block_is_right(const struct directory *d, const uint8_t *block)
{
	return !d->e->has_checksums || leaf_is_right(d, block) ||
	    index_is_right(d, block);
}

/* --------------------------------------------------------------- entries */

/* A journal created while the filesystem was mounted has a name. */
static void
note_own(struct directory *d, const struct de_entry *entry)
{
	trouble_tell(&d->trouble, DE_FINDING_NOTE, "its entry \"%.*s\" is "
	    "internal to the filesystem (inode %" PRIu32 ", such as a journal) "
	    "and is never dumped", (int)entry->name_length, entry->name,
	    entry->inode);
}

static enum de_status
give_entry(struct directory *d, const uint8_t *entry, uint64_t offset)
{
	const struct de_entry out = {
		.struct_size = sizeof(out),
		.inode = get32(entry),
		.type = type_bits(d->e, entry[7]),
		.name_length = entry[6],
		.name = (const char *)entry + ENTRY_HEADER_BYTES,
	};

	if (out.inode == 0)
		return DE_OK;
	if (out.inode > d->e->inodes || out.name_length == 0) {
		trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is damaged: "
		    "skipping an entry at offset %" PRIu64 ": it refers to "
		    "inode %u and has %u bytes of name", offset, out.inode,
		    out.name_length);
		return DE_OK;
	}
	if (inode_is_own(d->e, out.inode)) {
		note_own(d, &out);
		return DE_OK;
	}
	return d->take(d->arg, &out);
}

/* Walk the entries up to the end of a block or the first invalid one. */
static enum de_status
walk_entries(struct directory *d, const uint8_t *bytes, size_t length,
    uint64_t offset)
{
	enum de_status status = DE_OK;

	for (size_t at = 0, n; at < length && status == DE_OK; at += n) {
		const size_t left = length - at;
		n = left < ENTRY_HEADER_BYTES ? 0 :
		    entry_bytes(d->e, bytes + at);
		if (n < ENTRY_HEADER_BYTES || n % 4 != 0 || n > left ||
		    ENTRY_HEADER_BYTES + (size_t)bytes[at + 6] > n) {
			trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is "
			    "damaged: entries may be missing between offsets %"
			    PRIu64 " and %" PRIu64, offset + at, offset +
			    length);
			break;
		}
		status = give_entry(d, bytes + at, offset + at);
	}
	return status;
}

/* ---------------------------------------------------------------- blocks */

static enum de_status
walk_block(struct directory *d, const uint8_t *block, uint64_t number)
{
	const uint64_t offset = number * d->e->block_size;

	if (!block_is_right(d, block))
		trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is damaged: "
		    "checksum error in the block at offset %" PRIu64 "; "
		    "entries may be missing or wrong", offset);
	return walk_entries(d, block, d->e->block_size, offset);
}

/* Retry blocks that could not be read together one by one. */
static enum de_status
walk_singly(struct directory *d, const struct run *run)
{
	const struct ext2 *e = d->e;
	enum de_status status = DE_OK;

	for (uint64_t i = 0; i < run->count && status == DE_OK; i++) {
		struct de_read_error error = { .struct_size = sizeof(error) };
		if (device_read(e->bytes, (run->block + i) * e->block_size,
		    d->work->entries, e->block_size, &error) == DE_OK) {
			status = walk_block(d, d->work->entries,
			    run->first + i);
			continue;
		}
		if (e->host->cancelled(e->host))
			return DE_FAILED;
		trouble_tell(&d->trouble, trouble_of_read(e, &error), "its "
		    "entries at offset %" PRIu64 " are missing: cannot read "
		    "block %" PRIu64 " of the device: %s", (run->first + i) *
		    e->block_size, run->block + i, strerror(error.error));
	}
	return status;
}

/* As many blocks as fit in the buffer. */
static enum de_status
walk_piece(struct directory *d, const struct run *piece)
{
	const struct ext2 *e = d->e;
	struct de_read_error error = { .struct_size = sizeof(error) };
	enum de_status status = DE_OK;

	if (device_read(e->bytes, piece->block * e->block_size,
	    d->work->entries, (size_t)piece->count * e->block_size, &error) !=
	    DE_OK)
		return walk_singly(d, piece);
	for (uint64_t i = 0; i < piece->count && status == DE_OK; i++)
		status = walk_block(d, d->work->entries + i * e->block_size,
		    piece->first + i);
	return status;
}

/* A directory must not have holes. */
static void
check_hole(struct directory *d, uint64_t first)
{
	if (first > d->next)
		trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is damaged: "
		    "it has no blocks between offsets %" PRIu64 " and %" PRIu64
		    "; entries may be missing", d->next * d->e->block_size,
		    first * d->e->block_size);
}

static enum de_status
walk_run(void *arg, const struct run *run)
{
	struct directory *d = arg;
	const uint64_t room = d->work->entries_bytes / d->e->block_size;
	struct run rest = *run;
	enum de_status status = DE_OK;

	check_hole(d, run->first);
	d->next = run->first + run->count;
	while (rest.count > 0 && status == DE_OK) {
		struct run piece = rest;
		if (piece.count > room)
			piece.count = room;
		status = walk_piece(d, &piece);
		rest.first += piece.count;
		rest.block += piece.count;
		rest.count -= piece.count;
	}
	return status;
}

static enum de_status
walk_blocks(struct directory *d)
{
	const struct ext2 *e = d->e;
	const uint64_t size = inode_length(e, d->inode->raw);
	struct runs map = {
		.e = d->e,
		.inode = d->inode,
		.trouble = &d->trouble,
		.work = d->work,
		.limit = (size + e->block_size - 1) / e->block_size,
		.take = walk_run,
		.arg = d,
	};

	if (size == 0 || size % e->block_size != 0)
		trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is damaged: "
		    "impossible size of %" PRIu64 " bytes; entries may be "
		    "missing", size);
	const enum de_status status = map_walk(&map);
	if (status == DE_OK)
		check_hole(d, map.limit);
	return status;
}

/* ------------------------------------------------- inside of the inode */

/* Inline directories have no entries for "." and "..". */
static enum de_status
give_dots(struct directory *d)
{
	struct de_entry dot = {
		.struct_size = sizeof(dot),
		.inode = d->inode->number,
		.type = S_IFDIR,
		.name_length = 1,
		.name = "..",
	};
	enum de_status status = d->take(d->arg, &dot);

	dot.inode = get32(inode_block(d->inode->raw));
	dot.name_length = 2;
	if (status == DE_OK && dot.inode != 0 && dot.inode <= d->e->inodes)
		status = d->take(d->arg, &dot);
	return status;
}

static enum de_status
walk_inline(struct directory *d)
{
	const uint8_t *first = inode_block(d->inode->raw) +
	    INLINE_PARENT_BYTES;
	const size_t first_length = INODE_BLOCK_BYTES - INLINE_PARENT_BYTES;
	const uint8_t *rest;
	const size_t rest_length = inline_rest(d->e, d->inode, &rest);
	const uint64_t size = inode_length(d->e, d->inode->raw);

	enum de_status status = give_dots(d);
	if (status == DE_OK)
		status = walk_entries(d, first, first_length,
		    INLINE_PARENT_BYTES);
	if (status == DE_OK && rest_length > 0)
		status = walk_entries(d, rest, rest_length, INODE_BLOCK_BYTES);
	if (status == DE_OK && size > INODE_BLOCK_BYTES + rest_length)
		trouble_tell(&d->trouble, DE_FINDING_MISSING, "it is damaged: "
		    "entries may be missing from offset %u on", (unsigned
		    int)(INODE_BLOCK_BYTES + rest_length));
	return status;
}

enum de_status
ext2_read_directory(void *self, const struct de_inode *directory,
    de_entry_fn *take, void *arg)
{
	struct ext2 *e = self;
	struct directory d = {
		.e = e,
		.inode = ext2_native(directory),
		.work = work_take(e),
		.trouble = trouble_begin(e, directory->number,
		    TROUBLE_DIRECTORY),
		.take = take,
		.arg = arg,
	};

	if (d.work == NULL)
		return DE_FAILED;
	d.seed = e->has_checksums ? inode_seed(e, d.inode) : 0;
	const enum de_status status = inline_is(d.inode) ? walk_inline(&d) :
	    walk_blocks(&d);
	if (status == DE_OK)
		trouble_end(&d.trouble);
	work_give_back(e, d.work);
	return status;
}
