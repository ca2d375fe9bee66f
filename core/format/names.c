/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/names.h"

#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

#define FIRST_ROOM 64

/* Returns false if it is there already. */
static bool
put(struct names *names, uint64_t hash)
{
	size_t i = (size_t)hash & (names->room - 1);

	while (names->slots[i] != 0 && names->slots[i] != hash)
		i = (i + 1) & (names->room - 1);
	if (names->slots[i] == hash)
		return false;
	names->slots[i] = hash;
	names->count++;
	return true;
}

static bool
grow(struct names *names)
{
	struct names larger = {
		.room = names->room == 0 ? FIRST_ROOM : names->room * 2,
		.seed = names->seed,
	};

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < names->room; i++)
		if (names->slots[i] != 0)
			put(&larger, names->slots[i]);
	names_free(names);
	*names = larger;
	return true;
}

/* Else a filesystem could be made in which all names have the same place. */
static void
choose_seed(struct names *names)
{
	if (getrandom(&names->seed, sizeof(names->seed), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(names->seed))
		names->seed = (uintptr_t)names;
}

bool
names_add(struct names *names, const char *name, size_t length)
{
	if (names->room == 0)
		choose_seed(names);
	if (names->count >= NAMES_MAX ||
	    (names->count >= names->room / 2 && !grow(names)))
		return true;
	const uint64_t hash = XXH3_64bits_withSeed(name, length, names->seed);
	return put(names, hash == 0 ? 1 : hash);
}

void
names_free(struct names *names)
{
	free(names->slots);
	*names = (struct names){ 0 };
}
