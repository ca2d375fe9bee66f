/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode_types.h - the file type of each inode
 *
 * What a name in a directory says of the type of its inode may be wrong, or be
 * missing.  Memory: up to 3/8 byte for each inode that there can be, and only
 * what the types need that there are: 1/8 for files and directories, 1/4 with
 * symbolic links.
 */
#ifndef CORE_INODE_TYPES_H
#define CORE_INODE_TYPES_H

#include "core/format/inomap.h"

#define INODE_TYPE_BITS 3

struct inode_types {
	struct inomap bits[INODE_TYPE_BITS];	/* of the number of the type */
};

/* Every inode is a regular file, until it is said to be something else. */
void inode_types_init(struct inode_types *types, uint32_t max_inode);
void inode_types_free(struct inode_types *types);

/*
 * It is of the type that `mode` has.  Once for each inode.  Returns false if out
 * of memory.
 */
bool inode_types_note(struct inode_types *types, uint32_t inode, uint16_t mode);

/* Its S_IFMT bits. */
uint16_t inode_types_get(const struct inode_types *types, uint32_t inode);

#endif
