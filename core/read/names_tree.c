/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finishing: what is left of all directories that came becomes a tree.
 */
#include "core/read/names.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/read/names_own.h"
#include "core/read/names_sort.h"

#define HINTS_PER_DIRECTORY 16
#define HINT_BITS_MIN 10
#define HINT_BITS_MAX 31

/* Room for `count` numbers and as many again; what was in it is lost. */
static uint64_t *
take_scratch(struct names *n, size_t count)
{
	if (count > SIZE_MAX / 32) {
		errno = ENOMEM;
		return NULL;
	}
	n->scratch.used = 0;
	return growing_add(&n->scratch, (count + 1) * 2 * sizeof(uint64_t));
}

static void
drop_entries(struct names *n, const struct stored_directory *directory)
{
	struct stored_entry *entries = names_entries(n);

	for (uint32_t i = 0; i < directory->count; i++)
		entries[directory->first + i].inode = 0;
}

/* Numbers of all directories, sorted by inode and age. */
static uint64_t *
sort_directories(struct names *n)
{
	const struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	uint64_t *numbers = take_scratch(n, count);

	if (numbers == NULL)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = (uint64_t)directories[i].inode << 32 | i;
	names_sort_numbers(numbers, numbers + count, count);
	return numbers;
}

static bool
merge_incomplete(struct names *n)
{
	const uint64_t *numbers = sort_directories(n);

	return numbers != NULL && names_merge_incomplete(n, numbers);
}

/* Sort the directories by inode; of each, the newest remains. */
static bool
take_newest(struct names *n)
{
	const struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	const uint64_t *numbers = sort_directories(n);
	struct growing sorted;

	if (numbers == NULL || !growing_init(&sorted, n->folder))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct stored_directory *d =
		    &directories[(uint32_t)numbers[i]];
		const bool is_newest = i + 1 == count ||
		    numbers[i] >> 32 != numbers[i + 1] >> 32;
		if (d->inode == 0 || !is_newest) {
			drop_entries(n, d);
			continue;
		}
		struct stored_directory *newest =
		    growing_add(&sorted, sizeof(*newest));
		if (newest == NULL) {
			growing_free(&sorted);
			return false;
		}
		*newest = *d;
	}
	growing_free(&n->directories);
	n->directories = sorted;
	return true;
}

/* Entries learn which directory they are in. */
static void
number_entries(struct names *n)
{
	const struct stored_directory *directories = names_directories(n);
	struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_directories_count(n);

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < directories[i].count; k++)
			entries[directories[i].first + k].directory = i;
}

static void
compact_entries(struct names *n, const uint32_t *new_numbers)
{
	struct stored_directory *directories = names_directories(n);
	struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_entries_count(n);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct stored_entry entry = entries[i];
		if (entry.inode == 0)
			continue;
		entry.directory = new_numbers[entry.directory];
		struct stored_directory *d = &directories[entry.directory];
		if (d->count++ == 0)
			d->first = kept;
		entries[kept++] = entry;
	}
	growing_cut(&n->entries, kept * sizeof(*entries));
}

/* Without memory, there are none. */
static void
make_hints(struct names *n)
{
	const struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	unsigned int bits = HINT_BITS_MIN;

	while (bits < HINT_BITS_MAX &&
	    UINT64_C(1) << bits < (uint64_t)count * HINTS_PER_DIRECTORY)
		bits++;
	free(n->hints);
	n->hints = calloc((size_t)1 << (bits - 5), sizeof(*n->hints));
	n->hints_shift = 32 - bits;
	for (uint32_t i = 0; n->hints != NULL && i < count; i++) {
		const uint32_t hint = names_hint(n, directories[i].inode);
		n->hints[hint / 32] |= UINT32_C(1) << hint % 32;
	}
}

/* Close the gaps. */
static bool
compact(struct names *n)
{
	struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	uint32_t *new_numbers = (uint32_t *)take_scratch(n, count);
	uint32_t kept = 0;

	if (new_numbers == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (directories[i].inode == 0)
			continue;
		new_numbers[i] = kept;
		directories[kept] = directories[i];
		directories[kept].count = 0;
		directories[kept].first = 0;
		kept++;
	}
	growing_cut(&n->directories, kept * sizeof(*directories));
	compact_entries(n, new_numbers);
	make_hints(n);
	return true;
}

/* Is this the name of a directory?  Not if it is a file by now. */
static bool
leads_to(const struct names *n, const struct stored_entry *entry,
    const struct stored_directory *directory)
{
	const uint8_t *name = n->arena.bytes +
	    names_directories(n)[entry->directory].names + entry->name;

	return !directory->replaced || name[1] == S_IFDIR >> 12;
}

/* A directory has one name, and the root has none. */
static void
refuse_entry(struct names *n, struct stored_entry *entry)
{
	entry->inode = 0;
	n->refused++;
}

/* Directories that this one has are next. */
static void
walk_directory(struct names *n, uint32_t number, bool *refused)
{
	struct stored_directory *directories = names_directories(n);
	struct stored_entry *entries = names_entries(n);
	const uint32_t end =
	    directories[number].first + directories[number].count;

	for (uint32_t id = directories[number].first; id < end; id++) {
		const uint32_t below =
		    names_find_directory(n, entries[id].inode);
		if (below == NAMES_NONE ||
		    !leads_to(n, &entries[id], &directories[below]))
			continue;
		if (directories[below].parent != NAMES_NONE ||
		    directories[below].inode == NAMES_ROOT) {
			refuse_entry(n, &entries[id]);
			*refused = true;
			continue;
		}
		directories[below].parent = id;
		names_order(n)[n->order.used / sizeof(uint32_t)] = below;
		n->order.used += sizeof(uint32_t);
	}
}

/* Nothing leads there; if it is a file by now, that is no fault. */
static void
drop_directory(struct names *n, struct stored_directory *directory)
{
	if (!directory->replaced)
		n->refused += 1 + (uint64_t)directory->count;
	drop_entries(n, directory);
	directory->inode = 0;
}

static bool
drop_unreached(struct names *n)
{
	struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	bool dropped = false;

	for (uint32_t i = 0; i < count; i++) {
		if (directories[i].parent == NAMES_NONE &&
		    directories[i].inode != NAMES_ROOT) {
			drop_directory(n, &directories[i]);
			dropped = true;
		}
	}
	return dropped;
}

/* From the root, level by level.  Sets *refused if something was left out. */
static bool
walk(struct names *n, bool *refused)
{
	struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);
	const uint32_t root = names_find_directory(n, NAMES_ROOT);

	for (uint32_t i = 0; i < count; i++)
		directories[i].parent = NAMES_NONE;
	growing_cut(&n->order, 0);
	if (growing_add(&n->order, (count + 1) * sizeof(uint32_t)) == NULL)
		return false;
	n->order.used = 0;
	*refused = false;
	if (root != NAMES_NONE) {
		names_order(n)[0] = root;
		n->order.used = sizeof(uint32_t);
	}
	for (size_t i = 0; i < n->order.used / sizeof(uint32_t); i++)
		walk_directory(n, names_order(n)[i], refused);
	*refused = drop_unreached(n) || *refused;
	return true;
}

/* What was left out leaves gaps: the numbers are those of the second walk. */
static bool
make_tree(struct names *n)
{
	bool refused;

	do {
		if (!compact(n) || !walk(n, &refused))
			return false;
	} while (refused);
	return true;
}

static bool
index_by_inode(struct names *n)
{
	const struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_entries_count(n);
	uint64_t *numbers = take_scratch(n, count);
	uint32_t *index = growing_add(&n->index,
	    ((size_t)count + 1) * sizeof(*index));

	if (numbers == NULL || index == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = (uint64_t)entries[i].inode << 32 | i;
	names_sort_numbers(numbers, numbers + count, count);
	for (uint32_t i = 0; i < count; i++)
		index[i] = (uint32_t)numbers[i];
	return true;
}

bool
names_finish(struct names *n)
{
	if (!merge_incomplete(n) || !take_newest(n))
		return false;
	number_entries(n);
	if (!make_tree(n) || !index_by_inode(n))
		return false;
	growing_free(&n->scratch);
	return true;
}
