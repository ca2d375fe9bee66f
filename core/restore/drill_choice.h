/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * drill_choice.h - which files of a set a drill restores
 *
 * Every regular file has the same chance.  Takes 4 bytes for each file chosen,
 * and a bit for each name.
 */
#ifndef CORE_DRILL_CHOICE_H
#define CORE_DRILL_CHOICE_H

#include "core/format/inomap.h"
#include "core/read/names.h"

struct drill_choice {
	uint32_t *inodes;	/* owned; in ascending order */
	uint32_t count;
	struct inomap map;	/* of the same */
	struct inomap names;	/* the first name of each, as in wanted.h */
};

/*
 * `count` files out of those in `dumped` (NULL: all that have a name), or all if
 * there are fewer.  The same seed chooses the same files of the same set.
 * False if out of memory.
 */
bool drill_choose(struct drill_choice *choice, const struct names *names,
    const struct inomap *dumped, uint32_t count, uint64_t seed);
void drill_choice_free(struct drill_choice *choice);

/* Where an inode is among those chosen; false: it is not. */
bool drill_choice_find(const struct drill_choice *choice, uint32_t inode,
    uint32_t *index);

#endif
