/* SPDX-License-Identifier: BSD-3-Clause */
#include "extents.h"

#include <string.h>

#include "../common/bytes.h"
#include "checksum.h"
#include "inode.h"

#define MAGIC 0xF30A
#define HEADER_BYTES 12u
#define ENTRY_BYTES 12u
#define DEPTH_MAX 5
#define WRITTEN_MAX 32768u	/* longer ones are unwritten, minus that */

/* A node on the path from the root to the current position. */
struct level {
	const uint8_t *node;
	unsigned int entries;
	unsigned int next;		/* next entry to examine */
	uint64_t end;			/* end of its range in the file */
};

struct tree {
	struct runs *runs;
	uint64_t at;			/* lowest possible start of the next
					   extent */
	unsigned int depth;		/* of the root */
	struct level levels[DEPTH_MAX + 1];	/* levels[0] is the root */
};

static const uint8_t *
entry_at(const struct level *l, unsigned int n)
{
	return l->node + HEADER_BYTES + (size_t)n * ENTRY_BYTES;
}

static uint64_t
start_of(const struct level *l, unsigned int n)
{
	return get32(entry_at(l, n));
}

/* Where the entry after entry n begins. */
static uint64_t
next_start(const struct level *l, unsigned int n)
{
	if (n + 1 < l->entries && start_of(l, n + 1) < l->end)
		return start_of(l, n + 1);
	return l->end;
}

/* Returns the damage of a node, or NULL. */
static const char *
node_damage(const uint8_t *node, size_t bytes, unsigned int depth)
{
	const unsigned int entries = get16(node + 2);
	const unsigned int max = get16(node + 4);

	if (get16(node) != MAGIC)
		return "an extent tree node has a wrong magic number";
	if (get16(node + 6) != depth)
		return "an extent tree node has the wrong depth";
	if (entries > max || max > (bytes - HEADER_BYTES) / ENTRY_BYTES)
		return "an extent tree node has too many entries";
	if (entries == 0 && depth > 0)
		return "an extent tree node is empty";
	return NULL;
}

/* The checksum follows the space for the node's entries. */
static bool
checksum_is_right(const struct runs *r, const uint8_t *node)
{
	const size_t covered = HEADER_BYTES +
	    (size_t)get16(node + 4) * ENTRY_BYTES;

	if (!r->e->has_checksums)
		return true;
	return covered + 4 <= r->e->block_size &&
	    checksum(inode_seed(r->e, r->inode), node, covered) ==
	    get32(node + covered);
}

static void
enter(struct tree *t, unsigned int level, const uint8_t *node, uint64_t end)
{
	t->levels[level] = (struct level){
		.node = node,
		.entries = get16(node + 2),
		.end = end,
	};
}

/* Descend to the node that entry n of an inner node refers to. */
static bool
descend(struct tree *t, unsigned int level, unsigned int n)
{
	struct runs *r = t->runs;
	const struct level *l = &t->levels[level];
	const uint8_t *entry = entry_at(l, n);
	const uint64_t first = start_of(l, n);
	const uint64_t end = next_start(l, n);
	const uint64_t block = (uint64_t)get16(entry + 8) << 32 |
	    get32(entry + 4);

	if (!runs_read_node(r, block, level + 1, first))
		return false;
	const uint8_t *node = r->work->nodes[level + 1];
	const char *damage = node_damage(node, r->e->block_size,
	    t->depth - level - 1);
	if (damage == NULL && get16(node + 2) > 0 &&
	    (get32(node + HEADER_BYTES) < first ||
	    get32(node + HEADER_BYTES) >= end))
		damage = "an extent tree node covers the wrong range";
	if (damage != NULL) {
		runs_damaged(r, first, block, damage);
		return false;
	}
	if (!checksum_is_right(r, node))
		runs_damaged(r, first, block, "checksum error in an extent "
		    "tree node; the dumped contents may be wrong");
	enter(t, level + 1, node, end);
	return true;
}

static enum de_status
take_extent(struct tree *t, const struct level *l, unsigned int n)
{
	const uint8_t *entry = entry_at(l, n);
	const uint64_t end = next_start(l, n);
	const uint32_t length = get16(entry + 4);
	const bool written = length <= WRITTEN_MAX;
	struct run run = {
		.first = start_of(l, n),
		.block = (uint64_t)get16(entry + 6) << 32 | get32(entry + 8),
		.count = written ? length : length - WRITTEN_MAX,
	};

	if (run.count == 0)
		runs_damaged(t->runs, run.first, run.block,
		    "an extent is empty");
	if (run.count > end - run.first) {
		runs_damaged(t->runs, run.first, run.block, "an extent "
		    "overlaps the next one");
		run.count = end - run.first;
	}
	t->at = run.first + run.count;
	return written && run.count > 0 ? runs_add(t->runs, &run) : DE_OK;
}

/* Process one entry.  Changes *level if it descends. */
static enum de_status
take_entry(struct tree *t, unsigned int *level)
{
	struct level *l = &t->levels[*level];
	const unsigned int n = l->next++;
	const uint64_t first = start_of(l, n);

	if (first >= t->runs->limit) {
		t->runs->stopped = true;
		return DE_OK;
	}
	if (first < t->at || first >= l->end || next_start(l, n) <= first) {
		runs_damaged(t->runs, first, 0, "the entries of its extent "
		    "tree are out of order");
		return DE_OK;
	}
	if (*level == t->depth)
		return take_extent(t, l, n);
	t->at = first;
	if (descend(t, *level, n))
		++*level;
	return DE_OK;
}

enum de_status
extents_walk(struct runs *r)
{
	struct tree t = { .runs = r };
	const uint8_t *root = inode_block(r->inode->raw);
	unsigned int level = 0;
	enum de_status status = DE_OK;

	t.depth = get16(root + 6);
	const char *damage = t.depth > DEPTH_MAX ?
	    "its extent tree is too deep" : node_damage(root, INODE_BLOCK_BYTES,
	    t.depth);
	if (damage != NULL) {
		runs_damaged(r, 0, 0, damage);
		return DE_OK;
	}
	enter(&t, 0, root, UINT64_C(1) << 32);
	while (status == DE_OK && !r->stopped) {
		if (t.levels[level].next < t.levels[level].entries)
			status = take_entry(&t, &level);
		else if (level == 0)
			break;
		else
			level--;
	}
	return status;
}
