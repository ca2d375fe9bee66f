/* SPDX-License-Identifier: BSD-3-Clause */
#include "runs.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "inode.h"

/*
 * With shared blocks a file may map, say, a block of zeros many times, but no
 * filesystem does so more than this many times the number of its blocks.
 */
#define SHARED_MAX 64

void
runs_damaged(struct runs *r, uint64_t first, uint64_t block, const char *what)
{
	trouble_tell(r->trouble, DE_FINDING_MISSING, "its block map is damaged "
	    "at offset %" PRIu64 ": %s (block %" PRIu64 " of the device)", first
	    * r->e->block_size, what, block);
}

/*
 * A file cannot have more blocks than exist, unless it shares them with itself;
 * damaged maps with loops do.
 */
static bool
count_blocks(struct runs *r, uint64_t first, uint64_t block, uint64_t count)
{
	const uint64_t blocks = r->e->blocks;
	const bool shares = ext2fs_has_feature_shared_blocks(r->e->fs->super);

	r->mapped += count;
	if (r->mapped <= blocks ||
	    (shares && r->mapped / SHARED_MAX <= blocks))
		return true;
	runs_damaged(r, first, block, "it has more blocks than the filesystem; "
	    "the rest is missing");
	r->stopped = true;
	return false;
}

static bool
is_inside(const struct ext2 *e, uint64_t block, uint64_t count)
{
	return block >= e->first_block && block < e->blocks && block != 0 &&
	    count <= e->blocks - block;
}

enum de_status
runs_end(struct runs *r)
{
	const struct run run = r->pending;

	r->pending.count = 0;
	return run.count > 0 ? r->take(r->arg, &run) : DE_OK;
}

enum de_status
runs_add(struct runs *r, const struct run *run)
{
	struct run *last = &r->pending;
	uint64_t count = run->count;

	if (run->first >= r->limit)
		return DE_OK;
	if (count > r->limit - run->first)
		count = r->limit - run->first;
	if (!is_inside(r->e, run->block, count)) {
		runs_damaged(r, run->first, run->block, "it leads outside the "
		    "filesystem");
		return DE_OK;
	}
	if (!count_blocks(r, run->first, run->block, count))
		return DE_OK;
	if (last->count > 0 && run->first == last->first + last->count &&
	    run->block == last->block + last->count) {
		last->count += count;
		return DE_OK;
	}
	const enum de_status status = runs_end(r);
	*last = *run;
	last->count = count;
	return status;
}

bool
runs_read_node(struct runs *r, uint64_t block, unsigned int node,
    uint64_t first)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	const struct ext2 *e = r->e;

	if (!is_inside(e, block, 1)) {
		runs_damaged(r, first, block, "it leads outside the "
		    "filesystem");
		return false;
	}
	if (!count_blocks(r, first, block, 1))
		return false;
	if (device_read(e->bytes, block * e->block_size, r->work->nodes[node],
	    e->block_size, &error) == DE_OK)
		return true;
	trouble_tell(r->trouble, trouble_of_read(e, &error), "cannot read its "
	    "block map from offset %" PRIu64 " on (block %" PRIu64 " of the "
	    "device): %s", first * e->block_size, block, strerror(error.error));
	return false;
}
