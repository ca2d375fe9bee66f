/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * log.h - a filesystem's journal as a sequence of blocks, and its superblock
 *
 * Finds the journal by its inode, by the copy of the inode's block map in the
 * superblock, or on a separate device, and validates its superblock.  Trusts
 * none of it.  journal.c and fast_commit.c interpret the blocks.
 *
 * Costs 16 bytes per run of contiguous blocks, at most 16 MiB.
 */
#ifndef FS_EXT2_LOG_H
#define FS_EXT2_LOG_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

/* Features of a journal: compatible ones, then incompatible ones. */
#define LOG_COMPAT_CHECKSUM 0x1u
#define LOG_REVOKE 0x1u
#define LOG_64BIT 0x2u
#define LOG_ASYNC_COMMIT 0x4u
#define LOG_CHECKSUM_V2 0x8u
#define LOG_CHECKSUM_V3 0x10u
#define LOG_FAST_COMMIT 0x20u

struct log_run {
	uint32_t first;			/* in the journal */
	uint32_t count;
	uint64_t place;			/* block number on its device */
};

struct log {
	const struct de_host *host;	/* borrowed */
	struct device *device;		/* borrowed; of the filesystem */
	const struct device *from;	/* borrowed; where the journal is */
	size_t block_size;
	uint64_t first_block;		/* of the filesystem */
	uint64_t block_count;		/* of the filesystem */

	struct log_run *runs;		/* by rising number */
	size_t run_count;
	size_t run_room;
	uint64_t mapped;		/* blocks in runs */

	/* From its superblock. */
	uint32_t length;		/* blocks in all */
	uint32_t first;			/* of the ring */
	uint32_t last;			/* past the end of the ring */
	uint32_t start;			/* oldest transaction; 0: none */
	uint32_t sequence;		/* its number */
	uint32_t compat;
	uint32_t incompat;
	uint32_t fast_first;		/* of the fast commit area */
	uint32_t fast_count;		/* 0 without that feature */
	bool has_checksums;		/* v2 or v3 */
	uint32_t seed;			/* of these */
};

/*
 * Find the journal of `fs`, which is open on `device`, and read its superblock.
 * `path` is the device of an external journal, or NULL; it is opened and then
 * belongs to `device`.
 * DE_OK; DE_FAILED after reporting why it cannot be used.  Call log_close() in
 * either case.
 */
enum de_status log_open(struct log *log, const struct de_host *host,
    struct device *device, ext2_filsys fs, const char *path);
void log_close(struct log *log);

/* The place of a journal block, in bytes on log->from. */
uint64_t log_place(const struct log *log, uint32_t block);

/* Read a journal block.  DE_OK; DE_FAILED after reporting the error. */
enum de_status log_read(const struct log *log, uint32_t block,
    uint8_t *buffer);

/* The block `count` blocks further along the ring. */
uint32_t log_further(const struct log *log, uint32_t block, uint64_t count);

/*
 * Report that the journal cannot be replayed, why, and what to do.  Returns
 * DE_FAILED.
 */
enum de_status log_refuse(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Big-endian numbers, as used throughout a journal. */
static inline uint16_t
log_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
log_get32(const uint8_t *p)
{
	return (uint32_t)log_get16(p) << 16 | log_get16(p + 2);
}

static inline uint64_t
log_get64(const uint8_t *p)
{
	return (uint64_t)log_get32(p) << 32 | log_get32(p + 4);
}

#endif
