/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode_types.h - the file type of each inode
 *
 * The type in a directory entry may be wrong or missing.  Memory: up to 3/8
 * byte per possible inode, depending on the types that occur: 1/8 for files and
 * directories, 1/4 with symbolic links.
 */
#ifndef CORE_INODE_TYPES_H
#define CORE_INODE_TYPES_H

#include "core/format/inomap.h"

#define INODE_TYPE_BITS 3

struct inode_types {
	struct inomap bits[INODE_TYPE_BITS];	/* bits of the type's number */
};

/* All inodes are regular files until noted otherwise. */
void inode_types_init(struct inode_types *types, uint32_t max_inode);
void inode_types_free(struct inode_types *types);

/*
 * Record the type in `mode`.  Once per inode.  Returns false if out of memory.
 */
bool inode_types_note(struct inode_types *types, uint32_t inode, uint16_t mode);

/* Its S_IFMT bits. */
uint16_t inode_types_get(const struct inode_types *types, uint32_t inode);

#endif
