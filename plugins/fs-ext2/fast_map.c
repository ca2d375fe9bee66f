/* SPDX-License-Identifier: BSD-3-Clause */
/* fast_map.c - change the extents of inodes, one inode at a time */
#include <stdlib.h>
#include <string.h>

#include "../common/bytes.h"
#include "fast_map.h"

#define MAX_RANGES (1u << 22)
#define MAX_NODES (1u << 16)
#define MAX_DEPTH 5
#define MAX_WRITTEN 32768u		/* blocks per extent */
#define MAX_UNWRITTEN 32767u
#define NODE_MAGIC 0xF30Au
#define NODE_HEADER 12u
#define ENTRY 12u
#define TAIL 4u
#define ROOT_ENTRIES 4u

void
fast_map_open(struct fast_map *m, struct log *log, ext2_filsys fs)
{
	*m = (struct fast_map){ .log = log, .fs = fs };
}

void
fast_map_close(struct fast_map *m)
{
	free(m->ranges);
	m->ranges = NULL;
}

uint64_t
fast_map_borrow(struct fast_map *m)
{
	const struct log *l = m->log;
	const uint32_t ratio = (uint32_t)EXT2FS_CLUSTER_RATIO(m->fs);

	if (l->from != l->device)
		return 0;
	while (m->donor < l->length) {
		const uint64_t place = log_place(l, m->donor++) / l->block_size;
		if (place % ratio == 0)
			return place;
	}
	return 0;
}

static enum de_status
no_space(const struct fast_map *m)
{
	return log_refuse(m->log, "its fast commits need more blocks than can "
	    "be borrowed");
}

static enum de_status
damaged(const struct fast_map *m)
{
	return log_refuse(m->log, "it changes inode %u, whose extents are "
	    "damaged", m->inode);
}

/* ------------------------------------------------------------ the ranges */

/* Make room for another range at `at`. */
static bool
insert(struct fast_map *m, size_t at, const struct fast_range *range)
{
	if (m->count == MAX_RANGES)
		return false;
	if (m->count == m->room) {
		const size_t room = m->room == 0 ? 64 : m->room * 2;
		struct fast_range *ranges = realloc(m->ranges,
		    room * sizeof(*ranges));
		if (ranges == NULL)
			return false;
		m->ranges = ranges;
		m->room = room;
	}
	memmove(m->ranges + at + 1, m->ranges + at,
	    (m->count - at) * sizeof(*m->ranges));
	m->ranges[at] = *range;
	m->count++;
	return true;
}

/* The first range that ends after a block. */
static size_t
find(const struct fast_map *m, uint64_t block)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (m->ranges[middle].first + m->ranges[middle].count <= block)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Remove everything from `first` to `end`.  *at: where it would have been. */
static bool
cut(struct fast_map *m, uint64_t first, uint64_t end, size_t *at)
{
	size_t i = find(m, first), gone;

	*at = i;
	if (i == m->count || m->ranges[i].first >= end)
		return true;
	if (m->ranges[i].first < first) {
		struct fast_range *r = &m->ranges[i];
		const struct fast_range rest = {
			first, r->first + r->count - first,
			r->place + (first - r->first)
		};
		r->count = first - r->first;
		*at = ++i;
		if (!insert(m, i, &rest))
			return false;
	}
	for (gone = 0; i + gone < m->count; gone++) {
		struct fast_range *r = &m->ranges[i + gone];
		if (r->first >= end)
			break;
		if (r->first + r->count > end) {
			r->place += end - r->first;
			r->count -= end - r->first;
			r->first = end;
			break;
		}
	}
	memmove(m->ranges + i, m->ranges + i + gone,
	    (m->count - i - gone) * sizeof(*m->ranges));
	m->count -= gone;
	return true;
}

/* -------------------------------------------------------- reading a tree */

/* Load a leaf, in ascending order. */
static bool
load_leaf(struct fast_map *m, const uint8_t *node, uint32_t entries)
{
	for (uint32_t i = 0; i < entries; i++) {
		const uint8_t *e = node + NODE_HEADER + (size_t)i * ENTRY;
		const uint32_t length = get16(e + 4);
		struct fast_range r = {
			.first = get32(e),
			.count = length,
			.place = (uint64_t)get16(e + 6) << 32 | get32(e + 8),
		};
		if (length > MAX_WRITTEN) {
			r.count = length - MAX_WRITTEN;
			r.place |= FAST_UNWRITTEN;
		}
		const struct fast_range *before = m->count == 0 ? NULL :
		    &m->ranges[m->count - 1];
		if (r.count == 0 || (before != NULL &&
		    r.first < before->first + before->count) ||
		    !insert(m, m->count, &r))
			return false;
	}
	return true;
}

static bool
load_node(struct fast_map *m, const uint8_t *node, size_t room,
    unsigned int depth)
{
	const uint32_t entries = get16(node + 2);
	bool good = true;

	if (get16(node) != NODE_MAGIC || get16(node + 6) != depth ||
	    (size_t)entries * ENTRY + NODE_HEADER > room)
		return false;
	if (depth == 0)
		return load_leaf(m, node, entries);
	for (uint32_t i = 0; i < entries && good; i++) {
		const uint8_t *e = node + NODE_HEADER + (size_t)i * ENTRY;
		const uint64_t block = (uint64_t)get16(e + 8) << 32 |
		    get32(e + 4);
		uint8_t *below = malloc(m->fs->blocksize);
		good = below != NULL && m->nodes++ < MAX_NODES &&
		    block < m->log->block_count &&
		    io_channel_read_blk64(m->fs->io, block, 1, below) == 0 &&
		    load_node(m, below, m->fs->blocksize, depth - 1);
		free(below);
	}
	return good;
}

static enum de_status
load(struct fast_map *m, uint32_t number)
{
	struct ext2_inode inode;
	const uint8_t *root = (const uint8_t *)inode.i_block;

	if (m->inode == number)
		return DE_OK;
	if (fast_map_flush(m) != DE_OK)
		return DE_FAILED;
	m->inode = number;
	m->count = 0;
	m->nodes = 0;
	m->is_changed = false;
	if (ext2fs_read_inode(m->fs, number, &inode) != 0 ||
	    (inode.i_flags & EXT4_EXTENTS_FL) == 0 ||
	    get16(root + 6) > MAX_DEPTH ||
	    !load_node(m, root, sizeof(inode.i_block), get16(root + 6)))
		return damaged(m);
	return DE_OK;
}

enum de_status
fast_map_remove(struct fast_map *m, uint32_t inode, uint64_t first,
    uint64_t count)
{
	size_t at;

	if (load(m, inode) != DE_OK)
		return DE_FAILED;
	m->is_changed = true;
	return cut(m, first, first + count, &at) ? DE_OK : damaged(m);
}

enum de_status
fast_map_add(struct fast_map *m, uint32_t inode,
    const struct fast_range *range)
{
	size_t at;

	if (load(m, inode) != DE_OK)
		return DE_FAILED;
	m->is_changed = true;
	return cut(m, range->first, range->first + range->count, &at) &&
	    insert(m, at, range) ? DE_OK : damaged(m);
}

/* -------------------------------------------------------- writing a tree */

static void
put_header(uint8_t *node, uint32_t entries, uint32_t room, uint32_t depth)
{
	memset(node, 0, NODE_HEADER);
	put16(node, NODE_MAGIC);
	put16(node + 2, (uint16_t)entries);
	put16(node + 4, (uint16_t)room);
	put16(node + 6, (uint16_t)depth);
}

/* Split off one extent of the maximum length from the front of a range. */
static void
put_extent(uint8_t *e, struct fast_range *r)
{
	const bool is_unwritten = (r->place & FAST_UNWRITTEN) != 0;
	const uint32_t limit = is_unwritten ? MAX_UNWRITTEN : MAX_WRITTEN;
	const uint32_t n = r->count < limit ? (uint32_t)r->count : limit;

	put32(e, (uint32_t)r->first);
	put16(e + 4, (uint16_t)(is_unwritten ? n + MAX_WRITTEN : n));
	put16(e + 6, (uint16_t)((r->place & ~FAST_UNWRITTEN) >> 32));
	put32(e + 8, (uint32_t)r->place);
	r->first += n;
	r->place += n;
	r->count -= n;
}

/* Merge contiguous ranges; returns the number of extents needed. */
static size_t
join(struct fast_map *m)
{
	size_t n = 0, extents = 0;

	for (size_t i = 0; i < m->count; i++) {
		struct fast_range *last = n == 0 ? NULL : &m->ranges[n - 1];
		if (last != NULL && last->first + last->count ==
		    m->ranges[i].first && last->place + last->count ==
		    m->ranges[i].place)
			last->count += m->ranges[i].count;
		else
			m->ranges[n++] = m->ranges[i];
	}
	m->count = n;
	for (size_t i = 0; i < n; i++) {
		const uint32_t limit =
		    (m->ranges[i].place & FAST_UNWRITTEN) != 0 ?
		    MAX_UNWRITTEN : MAX_WRITTEN;
		extents += (size_t)((m->ranges[i].count + limit - 1) / limit);
	}
	return extents;
}

/* The extents as leaf entries, contiguous in memory. */
static uint8_t *
make_entries(const struct fast_map *m, size_t extents)
{
	uint8_t *entries = malloc((extents + 1) * ENTRY);
	uint8_t *e = entries;

	if (entries == NULL)
		return NULL;
	for (size_t i = 0; i < m->count; i++) {
		struct fast_range r = m->ranges[i];
		for (; r.count > 0; e += ENTRY)
			put_extent(e, &r);
	}
	return entries;
}

/*
 * Pack entries into nodes, and replace them by one entry per node: an index of
 * the level above.
 */
static enum de_status
make_level(struct fast_map *m, uint8_t *entries, size_t *count,
    uint32_t depth)
{
	const size_t block_size = m->fs->blocksize;
	const size_t room = (block_size - NODE_HEADER - TAIL) / ENTRY;
	uint8_t *node = malloc(block_size);
	size_t nodes = 0;
	enum de_status status = DE_OK;

	if (node == NULL)
		return no_space(m);
	for (size_t i = 0; i < *count && status == DE_OK; i += room) {
		const size_t n = *count - i < room ? *count - i : room;
		const uint64_t place = fast_map_borrow(m);
		uint8_t *index = entries + nodes * ENTRY;
		memset(node, 0, block_size);
		put_header(node, (uint32_t)n, (uint32_t)room, depth);
		memcpy(node + NODE_HEADER, entries + i * ENTRY, n * ENTRY);
		if (place == 0 || ext2fs_extent_block_csum_set(m->fs, m->inode,
		    (struct ext3_extent_header *)node) != 0 ||
		    io_channel_write_blk64(m->fs->io, place, 1, node) != 0) {
			status = no_space(m);
			break;
		}
		/* The number of its first block is in place already. */
		memmove(index, entries + i * ENTRY, 4);
		put32(index + 4, (uint32_t)place);
		put16(index + 8, (uint16_t)(place >> 32));
		put16(index + 10, 0);
		nodes++;
	}
	*count = nodes;
	free(node);
	return status;
}

static enum de_status
write_root(struct fast_map *m, const uint8_t *entries, size_t count,
    uint32_t depth)
{
	struct ext2_inode inode;
	uint8_t *root = (uint8_t *)inode.i_block;

	if (ext2fs_read_inode(m->fs, m->inode, &inode) != 0)
		return damaged(m);
	memset(root, 0, sizeof(inode.i_block));
	put_header(root, (uint32_t)count, ROOT_ENTRIES, depth);
	memcpy(root + NODE_HEADER, entries, count * ENTRY);
	return ext2fs_write_inode(m->fs, m->inode, &inode) == 0 ? DE_OK :
	    damaged(m);
}

enum de_status
fast_map_flush(struct fast_map *m)
{
	enum de_status status = DE_OK;
	uint32_t depth = 0;

	if (m->inode == 0 || !m->is_changed) {
		m->inode = 0;
		return DE_OK;
	}
	size_t count = join(m);
	uint8_t *entries = make_entries(m, count);
	if (entries == NULL)
		return no_space(m);
	while (count > ROOT_ENTRIES && status == DE_OK)
		status = make_level(m, entries, &count, depth++);
	if (status == DE_OK)
		status = write_root(m, entries, count, depth);
	free(entries);
	m->inode = 0;
	m->is_changed = false;
	return status;
}
