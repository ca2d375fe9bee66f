/* SPDX-License-Identifier: BSD-3-Clause */
/* xattr.h - the entries of a set of extended attributes */
#ifndef FS_EXT2_XATTR_H
#define FS_EXT2_XATTR_H

#include "ext2.h"

/* Name prefixes, as encoded on disk. */
enum {
	XATTR_USER = 1,
	XATTR_ACL_ACCESS = 2,
	XATTR_ACL_DEFAULT = 3,
	XATTR_TRUSTED = 4,
	XATTR_LUSTRE = 5,
	XATTR_SECURITY = 6,
	XATTR_SYSTEM = 7,
	XATTR_RICHACL = 8,
	XATTR_ENCRYPTION = 9,
	XATTR_GNU = 10
};

/* A set: that inside an inode, or that in a block. */
struct xattr_set {
	const uint8_t *at;		/* the next entry */
	const uint8_t *values;		/* base of value offsets */
	const uint8_t *end;		/* of everything */
	const uint8_t *list_end;	/* of the entries; NULL: unknown yet */
};

struct xattr_entry {
	uint8_t index;
	uint8_t name_length;
	const char *name;		/* without its prefix; not terminated */
	const uint8_t *value;		/* NULL with value_inode or damage */
	size_t value_length;
	uint32_t value_inode;		/* holds the value; 0: none */
	const char *damage;		/* what is wrong with the value, or
					   NULL */
};

enum xattr_next {
	XATTR_IS,
	XATTR_END,
	XATTR_DAMAGED			/* the rest is unreadable */
};

struct xattr_set xattr_set_of_inode(const struct ext2 *e,
    const struct native *inode);

/* The set in a block, as far as its header is considered. */
struct xattr_set xattr_set_of_block(const struct ext2 *e,
    const uint8_t *block);

enum xattr_next xattr_next(struct xattr_set *set, struct xattr_entry *entry);

#endif
