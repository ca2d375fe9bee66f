/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/inomap.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/common/bytes.h"
#include "dumpengine/plugin.h"

#define INODES_PER_TAPE_BLOCK (8 * DE_TAPE_BLOCK)

uint32_t
inomap_tape_blocks(uint32_t max_inode)
{
	/* Like dump(8): one inode more than the maximum. */
	return max_inode / INODES_PER_TAPE_BLOCK + 1;
}

bool
inomap_init(struct inomap *map, uint32_t max_inode)
{
	map->tape_blocks = inomap_tape_blocks(max_inode);
	map->max_inode = max_inode;
	map->bits = calloc(map->tape_blocks, DE_TAPE_BLOCK);
	return map->bits != NULL;
}

bool
inomap_copy(struct inomap *map, const struct inomap *other)
{
	map->tape_blocks = other->tape_blocks;
	map->max_inode = other->max_inode;
	map->bits = calloc(map->tape_blocks, DE_TAPE_BLOCK);
	if (map->bits == NULL)
		return false;
	memcpy(map->bits, other->bits,
	    (size_t)map->tape_blocks * DE_TAPE_BLOCK);
	return true;
}

void
inomap_free(struct inomap *map)
{
	free(map->bits);
	map->bits = NULL;
}

void
inomap_remove(struct inomap *map, uint32_t inode)
{
	if (inode >= 1 && inode <= map->max_inode)
		map->bits[(inode - 1) / 8] &=
		    (uint8_t)~(1u << ((inode - 1) % 8));
}

void
inomap_add_range(struct inomap *map, uint32_t first, uint32_t last)
{
	uint64_t bit = first > 0 ? first - 1 : 0;	/* the next one */
	const uint64_t end = last < map->max_inode ? last : map->max_inode;

	while (bit < end) {
		const uint64_t bytes = (end - bit) / 8;
		if (bit % 8 == 0 && bytes > 0) {
			memset(map->bits + bit / 8, 0xff, (size_t)bytes);
			bit += 8 * bytes;
		} else {
			inomap_add(map, (uint32_t)++bit);
		}
	}
}

uint32_t
inomap_count(const struct inomap *map)
{
	const size_t bytes = (size_t)map->tape_blocks * DE_TAPE_BLOCK;
	uint32_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += (uint32_t)__builtin_popcount(map->bits[i]);
	return count;
}

void
inomap_intersect(struct inomap *map, const struct inomap *other)
{
	const size_t bytes = (size_t)map->tape_blocks * DE_TAPE_BLOCK;

	for (size_t i = 0; i < bytes; i++)
		map->bits[i] &= other->bits[i];
}

void
inomap_subtract(struct inomap *map, const struct inomap *other)
{
	const size_t size = (size_t)map->tape_blocks * 1024;

	for (size_t i = 0; i < size; i++)
		map->bits[i] &= (uint8_t)~other->bits[i];
}

void
inomap_unite(struct inomap *map, const struct inomap *other)
{
	const size_t bytes = (size_t)map->tape_blocks * DE_TAPE_BLOCK;

	for (size_t i = 0; i < bytes; i++)
		map->bits[i] |= other->bits[i];
}

/*
 * Eight bytes of the difference of two maps; a map's size is a multiple of
 * that.
 */
static uint64_t
get_word(const struct inomap *a, const struct inomap *b, size_t at)
{
	const uint64_t word = get64(a->bits + at);

	return b == NULL ? word : word ^ get64(b->bits + at);
}

/* Maps are sparse at high levels, so most words are zero. */
static uint32_t
next(const struct inomap *a, const struct inomap *b, uint32_t from)
{
	uint64_t inode = from < 1 ? 1 : from;

	while (inode <= a->max_inode) {
		const uint64_t bit = (inode - 1) % 64;
		const uint64_t rest =
		    get_word(a, b, (size_t)(inode - 1 - bit) / 8) >> bit;
		if (rest != 0)
			return (uint32_t)(inode +
			    (unsigned int)__builtin_ctzll(rest));
		inode += 64 - bit;
	}
	return 0;
}

uint32_t
inomap_next(const struct inomap *map, uint32_t from)
{
	return next(map, NULL, from);
}

uint32_t
inomap_next_difference(const struct inomap *a, const struct inomap *b,
    uint32_t from)
{
	return next(a, b, from);
}
