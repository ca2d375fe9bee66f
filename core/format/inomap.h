/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inomap.h - a set of inode numbers, one bit each
 *
 * Laid out as the maps of the stream are (doc/stream-format.md, "Maps"), so
 * that it can be written as it is: 1/8 byte per inode, 12 MB for 100 million.
 */
#ifndef CORE_INOMAP_H
#define CORE_INOMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inomap {
	uint8_t *bits;		/* tape_blocks * 1024 bytes */
	uint32_t max_inode;	/* the highest number that it can hold */
	uint32_t tape_blocks;
};

/* The tape blocks of a map for so many inodes. */
uint32_t inomap_tape_blocks(uint32_t max_inode);

/* Make it empty.  Returns false if out of memory. */
bool inomap_init(struct inomap *map, uint32_t max_inode);
void inomap_free(struct inomap *map);

/* Make it a copy of another one.  Returns false if out of memory. */
bool inomap_copy(struct inomap *map, const struct inomap *other);

/* Numbers that the map cannot hold are never in it; 0 wraps to one of them. */
static inline bool
inomap_has(const struct inomap *map, uint32_t inode)
{
	const uint32_t bit = inode - 1;
	return bit < map->max_inode && (map->bits[bit / 8] >> bit % 8 & 1) != 0;
}

static inline void
inomap_add(struct inomap *map, uint32_t inode)
{
	const uint32_t bit = inode - 1;
	if (bit < map->max_inode)
		map->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
}

void inomap_remove(struct inomap *map, uint32_t inode);

/* Add all from `first` to `last`, as far as the map can hold them. */
void inomap_add_range(struct inomap *map, uint32_t first, uint32_t last);

/* How many are in it. */
uint32_t inomap_count(const struct inomap *map);

/* Keep those that are in `other`, of the same size, as well. */
void inomap_intersect(struct inomap *map, const struct inomap *other);

/* Remove those that are in `other`, of the same size. */
void inomap_subtract(struct inomap *map, const struct inomap *other);

/* Add those that are in `other`, of the same size. */
void inomap_unite(struct inomap *map, const struct inomap *other);

/* The first inode in the map that is at least `from`, or 0. */
uint32_t inomap_next(const struct inomap *map, uint32_t from);

/* The first that is in one of two maps of the same size only, or 0. */
uint32_t inomap_next_difference(const struct inomap *a,
    const struct inomap *b, uint32_t from);

#endif
