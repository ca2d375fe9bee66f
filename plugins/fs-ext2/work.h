/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * work.h - the buffers of a walk
 *
 * What takes the items of a walk may begin another one, as to find the path of
 * an inode that it has something to say about.  So each walk has buffers of
 * its own, which are kept for the next one.
 */
#ifndef FS_EXT2_WORK_H
#define FS_EXT2_WORK_H

#include "ext2.h"

#define WORK_NODES 6		/* extent trees have up to six levels */
#define WORK_VALUE_MAX 65536	/* bytes of the value of an attribute */

struct work {
	struct work *next;
	uint8_t *nodes[WORK_NODES];	/* a block each: of the block map */
	uint8_t *entries;		/* of a directory */
	size_t entries_bytes;		/* a multiple of the block */
	uint8_t *attributes;		/* a block */
	uint8_t *value;			/* WORK_VALUE_MAX */
	uint8_t *list;			/* an access control list */
	uint8_t *inode;			/* of a value; inode_size */
};

/* An access control list of the largest size, in the form of getxattr(2). */
#define WORK_LIST_BYTES (2 * WORK_VALUE_MAX + 8)

/* Returns NULL after reporting that memory is short. */
struct work *work_take(struct ext2 *e);

/* Takes NULL. */
void work_give_back(struct ext2 *e, struct work *work);

/* Free those that nobody uses. */
void work_free(struct ext2 *e);

#endif
