/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/inomap.h"

#include <stdlib.h>

#include "dumpengine/plugin.h"

#define INODES_PER_TAPE_BLOCK (8 * DE_TAPE_BLOCK)

uint32_t
inomap_tape_blocks(uint32_t max_inode)
{
	/* As dump(8) does: one inode more than there can be. */
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

void
inomap_free(struct inomap *map)
{
	free(map->bits);
	map->bits = NULL;
}

void
inomap_add(struct inomap *map, uint32_t inode)
{
	if (inode >= 1 && inode <= map->max_inode)
		map->bits[(inode - 1) / 8] |= (uint8_t)(1u << ((inode - 1) % 8));
}

bool
inomap_has(const struct inomap *map, uint32_t inode)
{
	return inode >= 1 && inode <= map->max_inode &&
	    (map->bits[(inode - 1) / 8] & (1u << ((inode - 1) % 8))) != 0;
}

uint32_t
inomap_next(const struct inomap *map, uint32_t from)
{
	uint64_t inode = from < 1 ? 1 : from;

	while (inode <= map->max_inode) {
		const unsigned int rest = (unsigned int)
		    map->bits[(inode - 1) / 8] >> ((inode - 1) % 8);
		if (rest != 0)
			return (uint32_t)(inode +
			    (unsigned int)__builtin_ctz(rest));
		inode += 8 - (inode - 1) % 8;
	}
	return 0;
}
