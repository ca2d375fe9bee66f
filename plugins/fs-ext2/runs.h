/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * runs.h - collect the blocks of a file as runs, and report damage
 *
 * The basis of extents.c and blockmap.c, which walk a map in ascending file
 * order and add what they find.  Damaged parts are reported and skipped,
 * leaving holes. The work is bounded, whatever the blocks contain, by the size
 * of the file and of the filesystem.
 */
#ifndef FS_EXT2_RUNS_H
#define FS_EXT2_RUNS_H

#include "ext2.h"
#include "trouble.h"
#include "work.h"

/* A contiguous run of blocks, in the file and on the device. */
struct run {
	uint64_t first;			/* in the file */
	uint64_t block;			/* on the device */
	uint64_t count;
};

/* Any result but DE_OK stops the walk, which returns it. */
typedef enum de_status run_fn(void *arg, const struct run *run);

struct runs {
	struct ext2 *e;
	const struct native *inode;
	struct trouble *trouble;	/* receives findings */
	struct work *work;		/* its nodes are used */
	uint64_t limit;			/* blocks from here on are ignored */
	run_fn *take;
	void *arg;

	/* For the walk itself; initially zero. */
	struct run pending;		/* not given yet */
	uint64_t mapped;		/* blocks so far, map included */
	bool stopped;			/* too many blocks */
};

/*
 * Append blocks to those added before; contiguous ones are merged.  DE_OK, or
 * the result of `take`.
 */
enum de_status runs_add(struct runs *r, const struct run *run);

/*
 * Read a block of the map into work->nodes[node].  False after reporting why
 * not.
 */
bool runs_read_node(struct runs *r, uint64_t block, unsigned int node,
    uint64_t first);

/* No more blocks follow.  Returns as runs_add(). */
enum de_status runs_end(struct runs *r);

/* Report that the map is damaged from block `first` of the file on. */
void runs_damaged(struct runs *r, uint64_t first, uint64_t block,
    const char *what);

#endif
