/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr_layout.h - the bytes of attribute records and access control lists
 *
 * Shared by what writes and what reads them; see doc/stream-format.md,
 * "Extended attributes" and "Attributes of other dialects".
 */
#ifndef CORE_XATTR_LAYOUT_H
#define CORE_XATTR_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define XATTR_MAGIC_INODE 0xEA020001u	/* as inside an ext4 inode; ours */
#define XATTR_MAGIC_BLOCK 0xEA020000u	/* as in a block of its own */
#define XATTR_MAGIC_BYTES 4
#define XATTR_BLOCK_HEADER 32

/* An entry: offsets from its beginning. */
enum xattr_offset {
	XATTR_NAME_LENGTH = 0,	/* 8 bits, as the next */
	XATTR_INDEX = 1,
	XATTR_VALUE_OFFSET = 2,	/* 16 bits */
	XATTR_VALUE_BLOCK = 4,	/* 32 bits, as the next two */
	XATTR_VALUE_SIZE = 8,
	XATTR_HASH = 12,
	XATTR_NAME = 16		/* the next entry begins at a multiple of 4 */
};

#define XATTR_LIST_END_BYTES 4	/* a zero word ends the entries */

#define XATTR_INDEX_ACL_ACCESS 2
#define XATTR_INDEX_ACL_DEFAULT 3
#define XATTR_INDEX_SYSTEM 7	/* only "data", the rest of an inline file */

#define ACL_ACCESS_NAME "system.posix_acl_access"
#define ACL_DEFAULT_NAME "system.posix_acl_default"

/* Access control lists: a word with the version, then entries. */
#define ACL_CALL_VERSION 2	/* of the system calls: 8 bytes each */
#define ACL_DISK_VERSION 1	/* of ext4: 4 bytes without an ID */
#define ACL_VERSION_BYTES ((size_t)4)
#define ACL_ENTRY_BYTES ((size_t)8)	/* tag, permissions, ID */
#define ACL_SHORT_BYTES ((size_t)4)	/* without ID */
#define ACL_PERMISSIONS 7
#define ACL_NO_ID UINT32_MAX

enum acl_tag {		/* in the order of a list */
	ACL_USER_OBJ = 1,
	ACL_USER = 2,
	ACL_GROUP_OBJ = 4,
	ACL_GROUP = 8,
	ACL_MASK = 16,
	ACL_OTHER = 32
};

#endif
