/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fast_map.h - change the extents of inodes, one inode at a time
 *
 * Reads the extents of an inode, changes them in memory, and writes them as a
 * new tree before it turns to the next inode.  For fast_commit.c only.
 *
 * Memory: 24 bytes per extent of that inode, at most 96 MiB.
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
	uint32_t donor;			/* next block to borrow */

	uint32_t inode;			/* the current one; 0: none */
	bool is_changed;
	struct fast_range *ranges;	/* in ascending order, not
					   overlapping */
	size_t count;
	size_t room;
	uint32_t nodes;			/* of this tree, read so far */
};

void fast_map_open(struct fast_map *map, struct log *log, ext2_filsys fs);
void fast_map_close(struct fast_map *map);

/*
 * Borrow a block, of a cluster that nothing else uses.  Returns its number, or
 * 0 if none is left.
 */
uint64_t fast_map_borrow(struct fast_map *map);

/*
 * Blocks `first` to `first` + `count` of the inode are removed from all ranges,
 * or mapped to `place`.  The inode must have extents.
 * DE_OK; DE_FAILED after reporting why.
 */
enum de_status fast_map_remove(struct fast_map *map, uint32_t inode,
    uint64_t first, uint64_t count);
enum de_status fast_map_add(struct fast_map *map, uint32_t inode,
    const struct fast_range *range);

/*
 * Write the changed ranges.  Call this before anything else reads or writes the
 * inode or its map.  DE_OK; DE_FAILED, as above.
 */
enum de_status fast_map_flush(struct fast_map *map);

#endif
