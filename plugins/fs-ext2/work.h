/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * work.h - the buffers of a walk
 *
 * The receiver of a walk's items may start another walk, for example to find
 * the path of an inode for a finding.  So each walk has its own buffers, which
 * are kept for the next one.
 */
#ifndef FS_EXT2_WORK_H
#define FS_EXT2_WORK_H

#include "ext2.h"

#define WORK_NODES 6		/* extent trees have up to six levels */
#define WORK_VALUE_MAX 65536	/* bytes of an attribute value */

struct work {
	struct work *next;
	uint8_t *nodes[WORK_NODES];	/* one block of the map each */
	uint8_t *entries;		/* of a directory */
	size_t entries_bytes;		/* a multiple of the block size */
	uint8_t *attributes;		/* a block */
	uint8_t *value;			/* WORK_VALUE_MAX */
	uint8_t *list;			/* an access control list */
	uint8_t *inode;			/* holding a value; inode_size bytes */
};

/* Largest access control list, in the form of getxattr(2). */
#define WORK_LIST_BYTES (2 * WORK_VALUE_MAX + 8)

/* Returns NULL after reporting that it is out of memory. */
struct work *work_take(struct ext2 *e);

/* Accepts NULL. */
void work_give_back(struct ext2 *e, struct work *work);

/* Free the unused ones. */
void work_free(struct ext2 *e);

#endif
