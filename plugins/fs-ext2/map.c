/* SPDX-License-Identifier: BSD-3-Clause */
#include "map.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "inode.h"

/*
 * With shared blocks a file may have a block of zeros, say, at many places; but
 * no filesystem makes a file of so many times its own size.
 */
#define SHARED_MAX 64

void
map_damaged(struct map *m, uint64_t first, uint64_t block, const char *what)
{
	trouble_tell(m->trouble, DE_FINDING_MISSING, "its block map is damaged "
	    "at offset %" PRIu64 ": %s (block %" PRIu64 " of the device)",
	    first * m->e->block_size, what, block);
}

/*
 * A file cannot have more blocks than there are, unless it shares them with
 * itself; damaged maps that lead in circles do.
 */
static bool
count_blocks(struct map *m, uint64_t first, uint64_t block, uint64_t count)
{
	const uint64_t blocks = m->e->blocks;
	const bool shares = ext2fs_has_feature_shared_blocks(m->e->fs->super);

	m->mapped += count;
	if (m->mapped <= blocks ||
	    (shares && m->mapped / SHARED_MAX <= blocks))
		return true;
	map_damaged(m, first, block, "it has more blocks than the filesystem; "
	    "what follows is missing");
	m->stopped = true;
	return false;
}

static bool
is_inside(const struct ext2 *e, uint64_t block, uint64_t count)
{
	return block >= e->first_block && block < e->blocks && block != 0 &&
	    count <= e->blocks - block;
}

static enum de_status
give_pending(struct map *m)
{
	const struct run run = m->pending;

	m->pending.count = 0;
	return run.count > 0 ? m->take(m->arg, &run) : DE_OK;
}

enum de_status
map_add(struct map *m, const struct run *run)
{
	struct run *last = &m->pending;
	uint64_t count = run->count;

	if (run->first >= m->limit)
		return DE_OK;
	if (count > m->limit - run->first)
		count = m->limit - run->first;
	if (!is_inside(m->e, run->block, count)) {
		map_damaged(m, run->first, run->block, "it leads out of the "
		    "filesystem");
		return DE_OK;
	}
	if (!count_blocks(m, run->first, run->block, count))
		return DE_OK;
	if (last->count > 0 && run->first == last->first + last->count &&
	    run->block == last->block + last->count) {
		last->count += count;
		return DE_OK;
	}
	const enum de_status status = give_pending(m);
	*last = *run;
	last->count = count;
	return status;
}

bool
map_read_node(struct map *m, uint64_t block, unsigned int node,
    uint64_t first)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	const struct ext2 *e = m->e;

	if (!is_inside(e, block, 1)) {
		map_damaged(m, first, block, "it leads out of the filesystem");
		return false;
	}
	if (!count_blocks(m, first, block, 1))
		return false;
	if (device_read(e->bytes, block * e->block_size, m->work->nodes[node],
	    e->block_size, &error) == DE_OK)
		return true;
	trouble_tell(m->trouble, trouble_of_read(e, &error), "its block map "
	    "cannot be read from offset %" PRIu64 " on (block %" PRIu64 " of "
	    "the device): %s", first * e->block_size, block, strerror(error.error));
	return false;
}

enum de_status
map_walk(struct map *m)
{
	enum de_status status;

	if ((inode_flags(m->inode->raw) & EXT4_EXTENTS_FL) != 0)
		status = extents_walk(m);
	else
		status = blockmap_walk(m);
	if (status == DE_OK)
		status = give_pending(m);
	if (status == DE_OK && m->e->host->cancelled(m->e->host))
		return DE_FAILED;
	return status;
}
