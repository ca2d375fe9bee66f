/* SPDX-License-Identifier: BSD-3-Clause */
#include "blockmap.h"

#include <string.h>

#include "../common/bytes.h"
#include "inode.h"

#define DIRECT 12u
#define LEVELS 3u

struct blockmap {
	struct runs *runs;
	uint64_t path[LEVELS + 1];	/* indirect blocks so far, by level */
};

static enum de_status
add_block(struct blockmap *b, uint64_t first, uint64_t block)
{
	const struct run run = { first, block, 1 };

	return runs_add(b->runs, &run);
}

/*
 * How many blocks of the file one entry of an indirect block of that level
 * maps.
 */
static uint64_t
span_of(const struct blockmap *b, unsigned int level)
{
	uint64_t span = 1;

	while (--level > 0)
		span *= b->runs->e->block_size / 4;
	return span;
}

/* Does it lead back to a block of the current path? */
static bool
is_loop(const struct blockmap *b, uint64_t block, unsigned int level)
{
	for (unsigned int i = level + 1; i <= LEVELS; i++)
		if (b->path[i] == block)
			return true;
	return false;
}

/* Walk everything below an indirect block.  Level 1 lists data blocks. */
static enum de_status
walk_indirect(struct blockmap *b, uint64_t block, unsigned int level,
    uint64_t first)
{
	struct runs *r = b->runs;
	const uint64_t span = span_of(b, level);
	const uint32_t entries = r->e->block_size / 4;
	enum de_status status = DE_OK;
	uint32_t last = 0;

	if (is_loop(b, block, level)) {
		runs_damaged(r, first, block, "its indirect blocks form a "
		    "loop");
		return DE_OK;
	}
	if (!runs_read_node(r, block, level, first))
		return DE_OK;
	b->path[level] = block;
	const uint8_t *node = r->work->nodes[level];
	for (uint32_t i = 0; i < entries && status == DE_OK && !r->stopped;
	    i++, first += span) {
		const uint32_t next = get32(node + (size_t)i * 4);
		if (first >= r->limit)
			break;
		if (next == 0)
			continue;
		if (level == 1)
			status = add_block(b, first, next);
		else if (next == last)
			runs_damaged(r, first, next, "it refers to the same "
			    "blocks again");
		else
			status = walk_indirect(b, next, level - 1, first);
		last = next;
	}
	b->path[level] = 0;
	return status;
}

enum de_status
blockmap_walk(struct runs *r)
{
	struct blockmap b = { .runs = r };
	const uint8_t *root = inode_block(r->inode->raw);
	enum de_status status = DE_OK;
	uint64_t first = 0;

	for (; first < DIRECT && status == DE_OK && !r->stopped; first++)
		if (get32(root + first * 4) != 0 && first < r->limit)
			status = add_block(&b, first, get32(root + first * 4));
	for (unsigned int level = 1; level <= LEVELS && status == DE_OK &&
	    !r->stopped && first < r->limit; level++) {
		const uint32_t block = get32(root +
		    (size_t)(DIRECT + level - 1) * 4);
		if (block != 0)
			status = walk_indirect(&b, block, level, first);
		first += span_of(&b, level) * (r->e->block_size / 4);
	}
	return status;
}
