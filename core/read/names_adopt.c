/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names for what has lost its own: the root gets them in addition to those that
 * it has.
 */
#include "core/read/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/read/names_own.h"

/* Of the newest one of that inode; NAMES_NONE. */
static uint32_t
find_newest(const struct names *n, uint32_t inode)
{
	const struct stored_directory *directories = names_directories(n);

	for (uint32_t i = names_directories_count(n); i > 0; i--)
		if (directories[i - 1].inode == inode)
			return i - 1;
	return NAMES_NONE;
}

/* Remove from `lost` what has a name, in a directory that is not replaced. */
static void
remove_named(const struct names *n, const struct inomap *newest,
    struct inomap *lost)
{
	const struct stored_directory *directories = names_directories(n);
	const struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_directories_count(n);

	for (uint32_t i = 0; i < count; i++) {
		if (!inomap_has(newest, i + 1))
			continue;
		for (uint32_t k = 0; k < directories[i].count; k++)
			inomap_remove(lost,
			    entries[directories[i].first + k].inode);
	}
}

/* The numbers, from 1, of directories that are not replaced by newer ones. */
static void
find_all_newest(const struct names *n, struct inomap *newest,
    struct inomap *seen)
{
	const struct stored_directory *directories = names_directories(n);

	for (uint32_t i = names_directories_count(n); i > 0; i--) {
		const uint32_t inode = directories[i - 1].inode;
		if (inode != 0 && !inomap_has(seen, inode))
			inomap_add(newest, i);
		inomap_add(seen, inode);
	}
}

static bool
find_lost(const struct names *n, const struct inomap *dumped,
    struct inomap *lost)
{
	const struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	struct inomap newest = { .bits = NULL };
	struct inomap seen = { .bits = NULL };
	uint32_t highest = NAMES_ROOT;

	for (uint32_t i = 0; i < count; i++)
		if (directories[i].inode > highest)
			highest = directories[i].inode;
	const bool ok = inomap_init(&newest, count + 1) &&
	    inomap_init(&seen, highest) && inomap_copy(lost, dumped);
	if (ok) {
		find_all_newest(n, &newest, &seen);
		remove_named(n, &newest, lost);
		inomap_remove(lost, NAMES_ROOT);
	}
	inomap_free(&newest);
	inomap_free(&seen);
	return ok;
}

static bool
add_lost(struct names *n, const struct inomap *lost, uint32_t *adopted)
{
	uint32_t inode = 0;

	while (inode < UINT32_MAX &&
	    (inode = inomap_next(lost, inode + 1)) != 0) {
		char name[16];
		snprintf(name, sizeof(name), "#%" PRIu32, inode);
		if (!names_add(n, inode, 0, name, strlen(name)))
			return false;
		++*adopted;
	}
	return true;
}

bool
names_adopt(struct names *n, const struct inomap *dumped, uint32_t *adopted)
{
	const uint32_t root = find_newest(n, NAMES_ROOT);
	struct inomap lost = { .bits = NULL };

	*adopted = 0;
	bool ok = find_lost(n, dumped, &lost);
	if (ok && inomap_next(&lost, 1) != 0)
		ok = names_begin_directory(n, NAMES_ROOT) &&
		    (root == NAMES_NONE || names_copy_entries(n, root)) &&
		    add_lost(n, &lost, adopted) && names_end_directory(n);
	inomap_free(&lost);
	return ok;
}
