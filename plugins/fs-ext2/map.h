/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * map.h - which blocks of the device a file is made of
 *
 * Extent trees and indirect blocks, walked by rising place in the file.  What
 * is damaged of them is told and skipped: it is a hole then.  The work is
 * bounded, whatever the blocks say: by the size of the file and that of the
 * filesystem.
 */
#ifndef FS_EXT2_MAP_H
#define FS_EXT2_MAP_H

#include "ext2.h"
#include "trouble.h"
#include "work.h"

/* Blocks that are adjacent in the file and on the device. */
struct run {
	uint64_t first;			/* in the file */
	uint64_t block;			/* on the device */
	uint64_t count;
};

/* Anything but DE_OK stops the walk, which returns it. */
typedef enum de_status run_fn(void *arg, const struct run *run);

struct map {
	struct ext2 *e;
	const struct native *inode;
	struct trouble *trouble;	/* takes what is wrong */
	struct work *work;		/* its nodes are used */
	uint64_t limit;			/* nothing from this block on counts */
	run_fn *take;
	void *arg;

	/* For the walk itself; zeros at first. */
	struct run pending;		/* not given yet */
	uint64_t mapped;		/* blocks so far, those of the map too */
	bool stopped;			/* there were too many */
};

/*
 * Give the runs of a file with a block map; what is not written yet is not
 * given.  DE_OK, what `take` returned, or DE_FAILED if the run is cancelled.
 */
enum de_status map_walk(struct map *m);

/* The rest is for extents.c and blockmap.c. */
enum de_status extents_walk(struct map *m);
enum de_status blockmap_walk(struct map *m);

/* Add blocks behind those that were added before.  As map_walk(). */
enum de_status map_add(struct map *m, const struct run *run);

/* Read a block of the map into work->nodes[node].  False: it said why not. */
bool map_read_node(struct map *m, uint64_t block, unsigned int node,
    uint64_t first);

/* Say that the map is damaged for what begins at block `first` of the file. */
void map_damaged(struct map *m, uint64_t first, uint64_t block,
    const char *what);

#endif
