/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inomap.h - a set of inode numbers, one bit each
 *
 * In the format of the stream's maps (doc/stream-format.md, "Maps"), so that it
 * can be written as it is: 1/8 byte per inode, 12 MB for 100 million.
 */
#ifndef CORE_INOMAP_H
#define CORE_INOMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inomap {
	uint8_t *bits;		/* tape_blocks * 1024 bytes */
	uint32_t max_inode;	/* highest number it can hold */
	uint32_t tape_blocks;
};

/* The size of a map for that many inodes, in tape blocks. */
uint32_t inomap_tape_blocks(uint32_t max_inode);

/* Create an empty map.  Returns false if out of memory. */
bool inomap_init(struct inomap *map, uint32_t max_inode);
void inomap_free(struct inomap *map);

/* Copy a map.  Returns false if out of memory. */
bool inomap_copy(struct inomap *map, const struct inomap *other);

/* Numbers out of range are never in the map; 0 wraps to one of them. */
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

/* Add all from `first` to `last`, as far as they are in range. */
void inomap_add_range(struct inomap *map, uint32_t first, uint32_t last);

/* The number of inodes in it. */
uint32_t inomap_count(const struct inomap *map);

/* Keep only those that are also in `other`, of the same size. */
void inomap_intersect(struct inomap *map, const struct inomap *other);

/* Remove those that are in `other`, of the same size. */
void inomap_subtract(struct inomap *map, const struct inomap *other);

/* Add those that are in `other`, of the same size. */
void inomap_unite(struct inomap *map, const struct inomap *other);

/* The first inode in the map that is `from` or higher, or 0. */
uint32_t inomap_next(const struct inomap *map, uint32_t from);

/* The first in exactly one of two maps of the same size, or 0. */
uint32_t inomap_next_difference(const struct inomap *a,
    const struct inomap *b, uint32_t from);

#endif
