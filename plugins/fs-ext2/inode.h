/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode.h - the fields of an on-disk inode
 *
 * `raw` has e->inode_size bytes; none of them are trusted.
 */
#ifndef FS_EXT2_INODE_H
#define FS_EXT2_INODE_H

#include "../common/bytes.h"
#include "ext2.h"

#define INODE_FIXED_BYTES 128	/* before the later fields */
#define INODE_BLOCK_AT 40	/* i_block: the map, or inline data */
#define INODE_BLOCK_BYTES 60

static inline uint16_t
inode_mode(const uint8_t *raw)
{
	return get16(raw);
}

static inline uint16_t
inode_links(const uint8_t *raw)
{
	return get16(raw + 26);
}

static inline uint32_t
inode_flags(const uint8_t *raw)
{
	return get32(raw + 32);
}

static inline const uint8_t *
inode_block(const uint8_t *raw)
{
	return raw + INODE_BLOCK_AT;
}

/* In bytes. */
uint64_t inode_length(const struct ext2 *e, const uint8_t *raw);

/* 512-byte units it occupies, attributes included. */
uint64_t inode_sectors(const struct ext2 *e, const uint8_t *raw);

/* Block number of its attributes; 0: none. */
uint64_t inode_xattr_block(const struct ext2 *e, const uint8_t *raw);

/* Offset of its in-inode attributes; inode_size: no room for them. */
size_t inode_xattrs_at(const struct ext2 *e, const uint8_t *raw);

/* Seed for the checksums of its blocks. */
uint32_t inode_seed(const struct ext2 *e, const struct native *inode);

/*
 * Verify the checksums of 1 to INODES_CHECKED consecutive inodes of a table, in
 * the time of one.  Bit i of the result is set if the i-th is right; all are
 * set if the filesystem has no checksums.
 */
#define INODES_CHECKED 4
unsigned int inode_check(const struct ext2 *e, const struct native *first,
    uint32_t count);

/* The damage that makes it unusable; NULL if none. */
const char *inode_damage(const struct ext2 *e, const uint8_t *raw);

static inline bool
inode_is_in_use(const uint8_t *raw)
{
	return inode_mode(raw) != 0 && inode_links(raw) != 0;
}

/*
 * Does the filesystem reserve that inode for itself, according to the
 * superblock?  A name in a directory does not change that.
 */
bool inode_is_own(const struct ext2 *e, uint32_t number);

/* The same for a loaded inode, also considering its own fields. */
bool inode_is_hidden(const struct ext2 *e, const struct native *inode);

/* Convert its fields for the engine.  `out` is all zeros except struct_size. */
void inode_convert(const struct ext2 *e, const struct native *inode,
    struct de_inode *out);

/* The subset used for selection. */
struct de_brief inode_brief(const struct ext2 *e, const struct native *inode);

/* Read an inode by number into `raw`.  Returns NULL, or the error. */
const char *inode_load(const struct ext2 *e, uint32_t number, uint8_t *raw);

#endif
