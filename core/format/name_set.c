/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/name_set.h"

#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#define FIRST_ROOM 64

/* Returns false if it exists already. */
static bool
add_hash(struct name_set *set, uint64_t hash)
{
	size_t i = (size_t)hash & (set->room - 1);

	while (set->slots[i] != 0 && set->slots[i] != hash)
		i = (i + 1) & (set->room - 1);
	if (set->slots[i] == hash)
		return false;
	set->slots[i] = hash;
	set->count++;
	return true;
}

static bool
grow(struct name_set *set)
{
	struct name_set larger = {
		.room = set->room == 0 ? FIRST_ROOM : set->room * 2,
		.seed = set->seed,
	};

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < set->room; i++)
		if (set->slots[i] != 0)
			add_hash(&larger, set->slots[i]);
	name_set_free(set);
	*set = larger;
	return true;
}

/* Otherwise a filesystem could be crafted in which all names collide. */
static void
choose_seed(struct name_set *set)
{
	if (getrandom(&set->seed, sizeof(set->seed), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(set->seed))
		set->seed = (uintptr_t)set;
}

bool
name_set_add(struct name_set *set, const char *name, size_t length)
{
	if (set->room == 0)
		choose_seed(set);
	if (set->count >= NAME_SET_MAX ||
	    (set->count >= set->room / 2 && !grow(set)))
		return true;
	const uint64_t hash = XXH3_64bits_withSeed(name, length, set->seed);
	return add_hash(set, hash == 0 ? 1 : hash);
}

void
name_set_free(struct name_set *set)
{
	free(set->slots);
	*set = (struct name_set){ 0 };
}
