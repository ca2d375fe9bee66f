/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/drill_choice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* SplitMix64: any seed will do, and every machine gets the same numbers. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Below `limit`; what would favour small numbers is drawn again. */
static uint64_t
random_below(uint64_t *state, uint64_t limit)
{
	const uint64_t unfair = -limit % limit;
	uint64_t drawn;

	do
		drawn = next_random(state);
	while (drawn < unfair);
	return drawn % limit;
}

/* Names of a dialect without types may be those of links and devices. */
static bool
is_candidate(const struct names *names, const struct inomap *dumped,
    uint32_t id, const struct name_entry *entry)
{
	return (entry->type == S_IFREG || entry->type == 0) &&
	    (dumped == NULL || inomap_has(dumped, entry->inode)) &&
	    names_of_inode(names, entry->inode) == id &&
	    !names_is_directory(names, entry->inode);
}

/* A reservoir: the nth file takes the place of another with a chance of 1/n. */
static void
sample(struct drill_choice *choice, const struct names *names,
    const struct inomap *dumped, uint32_t count, uint64_t seed)
{
	uint64_t state = seed, seen = 0;

	for (uint32_t id = 0; id < names_count(names); id++) {
		struct name_entry entry;
		names_entry(names, id, &entry);
		if (!is_candidate(names, dumped, id, &entry))
			continue;
		seen++;
		if (choice->count < count) {
			choice->inodes[choice->count++] = entry.inode;
			continue;
		}
		const uint64_t place = random_below(&state, seen);
		if (place < count)
			choice->inodes[place] = entry.inode;
	}
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

bool
drill_choose(struct drill_choice *choice, const struct names *names,
    const struct inomap *dumped, uint32_t count, uint64_t seed)
{
	memset(choice, 0, sizeof(*choice));
	if (count > names_count(names))
		count = names_count(names);
	choice->inodes = malloc(((size_t)count + 1) * sizeof(uint32_t));
	if (choice->inodes == NULL)
		return false;
	if (count > 0)
		sample(choice, names, dumped, count, seed);
	qsort(choice->inodes, choice->count, sizeof(uint32_t), by_number);
	const uint32_t highest = choice->count == 0 ? NAMES_ROOT :
	    choice->inodes[choice->count - 1];
	if (!inomap_init(&choice->map, highest) ||
	    !inomap_init(&choice->names, names_count(names))) {
		drill_choice_free(choice);
		return false;
	}
	for (uint32_t i = 0; i < choice->count; i++) {
		inomap_add(&choice->map, choice->inodes[i]);
		inomap_add(&choice->names,
		    names_of_inode(names, choice->inodes[i]) + 1);
	}
	return true;
}

void
drill_choice_free(struct drill_choice *choice)
{
	free(choice->inodes);
	inomap_free(&choice->map);
	inomap_free(&choice->names);
	memset(choice, 0, sizeof(*choice));
}

bool
drill_choice_find(const struct drill_choice *choice, uint32_t inode,
    uint32_t *index)
{
	const uint32_t *found = bsearch(&inode, choice->inodes, choice->count,
	    sizeof(uint32_t), by_number);

	if (found == NULL)
		return false;
	*index = (uint32_t)(found - choice->inodes);
	return true;
}
