/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fast_map.h - change the extents of one inode after the other
 *
 * Reads the extents of an inode, changes them in memory, and writes them as a
 * new tree when the next inode is begun.  For fast_commit.c only.
 *
 * Memory: 24 bytes for each extent of that inode, at most 96 MiB.
 */
#ifndef FS_EXT2_FAST_MAP_H
#define FS_EXT2_FAST_MAP_H

#include "log.h"

struct fast_range {
	uint64_t first;			/* block in the file */
	uint64_t count;
	uint64_t place;			/* block on the device; see below */
};

#define FAST_UNWRITTEN (1ull << 63)	/* in place */

struct fast_map {
	struct log *log;		/* borrowed */
	ext2_filsys fs;			/* borrowed; open for writing */
	uint32_t donor;			/* next block to be borrowed */

	uint32_t inode;			/* whose ranges these are; 0: nobody's */
	bool is_changed;
	struct fast_range *ranges;	/* by rising number, none overlap */
	size_t count;
	size_t room;
	uint32_t nodes;			/* read so far of this tree */
};

void fast_map_open(struct fast_map *map, struct log *log, ext2_filsys fs);
void fast_map_close(struct fast_map *map);

/*
 * Borrow a block: of a cluster that nobody else uses.  Returns its number, or
 * 0 if there is none left.
 */
uint64_t fast_map_borrow(struct fast_map *map);

/*
 * Blocks `first` to `first` + `count` of the inode are in no range any more,
 * or in the one at `place`.  The inode must have extents.
 * DE_OK; DE_FAILED after reporting why.
 */
enum de_status fast_map_remove(struct fast_map *map, uint32_t inode,
    uint64_t first, uint64_t count);
enum de_status fast_map_add(struct fast_map *map, uint32_t inode,
    const struct fast_range *range);

/*
 * Write the ranges that have changed.  To be called before anything else
 * reads or writes that inode or its map.  DE_OK; DE_FAILED, as above.
 */
enum de_status fast_map_flush(struct fast_map *map);

#endif
