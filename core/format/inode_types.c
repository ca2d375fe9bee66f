/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/inode_types.h"

#include <string.h>
#include <sys/stat.h>

/* By number; the most common ones use the fewest bits. */
static const uint16_t types_by_number[1 << INODE_TYPE_BITS] = {
	S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK, S_IFREG
};

void
inode_types_init(struct inode_types *types, uint32_t max_inode)
{
	memset(types, 0, sizeof(*types));
	for (int bit = 0; bit < INODE_TYPE_BITS; bit++)
		types->bits[bit].max_inode = max_inode;
}

void
inode_types_free(struct inode_types *types)
{
	for (int bit = 0; bit < INODE_TYPE_BITS; bit++)
		inomap_free(&types->bits[bit]);
}

static unsigned int
number_of(uint16_t mode)
{
	unsigned int number = 0;

	while (number < (1u << INODE_TYPE_BITS) - 1 &&
	    types_by_number[number] != (mode & S_IFMT))
		number++;
	return number;
}

bool
inode_types_note(struct inode_types *types, uint32_t inode, uint16_t mode)
{
	const unsigned int number = S_ISREG(mode) ? 0 : number_of(mode);

	for (int bit = 0; bit < INODE_TYPE_BITS; bit++) {
		struct inomap *map = &types->bits[bit];
		if ((number >> bit & 1) == 0)
			continue;
		if (map->bits == NULL && !inomap_init(map, map->max_inode))
			return false;
		inomap_add(map, inode);
	}
	return true;
}

uint16_t
inode_types_get(const struct inode_types *types, uint32_t inode)
{
	unsigned int number = 0;

	for (int bit = 0; bit < INODE_TYPE_BITS; bit++) {
		const struct inomap *map = &types->bits[bit];
		if (map->bits != NULL && inomap_has(map, inode))
			number |= 1u << bit;
	}
	return types_by_number[number];
}
