/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode.h - the fields of an inode as it is on the disk
 *
 * `raw` has e->inode_size bytes, of which nothing is trusted.
 */
#ifndef FS_EXT2_INODE_H
#define FS_EXT2_INODE_H

#include "../common/bytes.h"
#include "ext2.h"

#define INODE_FIXED_BYTES 128	/* in front of the fields that came later */
#define INODE_BLOCK_AT 40	/* i_block: the map, or the data itself */
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

/* Units of 512 bytes that it occupies, attributes included. */
uint64_t inode_sectors(const struct ext2 *e, const uint8_t *raw);

/* The block with its attributes; 0: none. */
uint64_t inode_xattr_block(const struct ext2 *e, const uint8_t *raw);

/* Where the attributes inside of it begin; inode_size: there is no room. */
size_t inode_xattrs_at(const struct ext2 *e, const uint8_t *raw);

/* What the checksums of its blocks begin with. */
uint32_t inode_seed(const struct ext2 *e, const struct native *inode);

/*
 * Are the own checksums of inodes right, of 1 to INODES_CHECKED that follow each
 * other in a table?  That takes as long as one of them.  Bit i of the result is
 * that of the i-th; all are set if the filesystem has no checksums.
 */
#define INODES_CHECKED 4
unsigned int inode_check(const struct ext2 *e, const struct native *first,
    uint32_t count);

/* What is wrong with it, if it cannot be used at all; NULL if it can. */
const char *inode_damage(const struct ext2 *e, const uint8_t *raw);

static inline bool
inode_is_in_use(const uint8_t *raw)
{
	return inode_mode(raw) != 0 && inode_links(raw) != 0;
}

/*
 * Does the filesystem keep the inode of that number for itself, as its
 * superblock says?  No name changes that.
 */
bool inode_is_own(const struct ext2 *e, uint32_t number);

/* The same for one that is at hand, by what it says itself, too. */
bool inode_is_hidden(const struct ext2 *e, const struct native *inode);

/* Its fields as the engine has them.  `out` is zeros but for struct_size. */
void inode_convert(const struct ext2 *e, const struct native *inode,
    struct de_inode *out);

/* What of them selects it. */
struct de_brief inode_brief(const struct ext2 *e, const struct native *inode);

/*
 * Read one by its number into `raw`.  Returns NULL, or why it cannot be read.
 */
const char *inode_load(const struct ext2 *e, uint32_t number, uint8_t *raw);

#endif
