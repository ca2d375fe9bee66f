/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * runs.h - what is found of a file's blocks, as runs, and what is damaged there
 *
 * The ground that extents.c and blockmap.c stand on: they walk a map by rising
 * place in the file and add what they find.  What is damaged is told and
 * skipped: it is a hole then.  The work is bounded, whatever the blocks say: by
 * the size of the file and that of the filesystem.
 */
#ifndef FS_EXT2_RUNS_H
#define FS_EXT2_RUNS_H

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

struct runs {
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
 * Add blocks behind those that were added before; adjacent ones are joined.
 * DE_OK, or what `take` returned.
 */
enum de_status runs_add(struct runs *r, const struct run *run);

/* Read a block of the map into work->nodes[node].  False: it said why not. */
bool runs_read_node(struct runs *r, uint64_t block, unsigned int node,
    uint64_t first);

/* No more blocks come.  As runs_add(). */
enum de_status runs_end(struct runs *r);

/* Say that the map is damaged for what begins at block `first` of the file. */
void runs_damaged(struct runs *r, uint64_t first, uint64_t block,
    const char *what);

#endif
