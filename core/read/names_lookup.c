/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking up in the finished tree, all by binary search.
 */
#include "core/read/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/read/names_own.h"
#include "core/read/names_sort.h"

uint64_t
names_refused(const struct names *n)
{
	return n->refused;
}

uint32_t
names_count(const struct names *n)
{
	return names_entries_count(n);
}

uint32_t
names_directory_count(const struct names *n)
{
	return names_directories_count(n);
}

uint32_t
names_highest_inode(const struct names *n)
{
	const uint32_t count = names_entries_count(n);
	const uint32_t highest = count == 0 ? 0 :
	    names_entries(n)[names_index(n)[count - 1]].inode;

	return highest > NAMES_ROOT ? highest : NAMES_ROOT;
}

void
names_add_inodes(const struct names *n, struct inomap *map)
{
	const struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_entries_count(n);

	inomap_add(map, NAMES_ROOT);
	for (uint32_t i = 0; i < count; i++)
		inomap_add(map, entries[i].inode);
}

uint32_t
names_directory(const struct names *n, uint32_t number)
{
	return names_directories(n)[names_order(n)[number]].inode;
}

/* Most inodes are none: this is faster than to search. */
static bool
may_be_directory(const struct names *n, uint32_t inode)
{
	if (n->hints == NULL)
		return true;
	const uint32_t hint = names_hint(n, inode);
	return (n->hints[hint / 32] >> hint % 32 & 1) != 0;
}

uint32_t
names_find_directory(const struct names *n, uint32_t inode)
{
	const struct stored_directory *directories = names_directories(n);
	uint32_t low = 0;
	uint32_t high = names_directories_count(n);

	if (!may_be_directory(n, inode))
		return NAMES_NONE;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (directories[middle].inode == inode)
			return middle;
		if (directories[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return NAMES_NONE;
}

bool
names_is_directory(const struct names *n, uint32_t inode)
{
	return names_find_directory(n, inode) != NAMES_NONE;
}

static const uint8_t *
name_bytes(const struct names *n, const struct stored_entry *entry)
{
	return n->arena.bytes + names_directories(n)[entry->directory].names +
	    entry->name;
}

void
names_entry(const struct names *n, uint32_t id, struct name_entry *entry)
{
	const struct stored_entry *stored = &names_entries(n)[id];
	const uint8_t *name = name_bytes(n, stored);

	*entry = (struct name_entry){
		.directory = names_directories(n)[stored->directory].inode,
		.inode = stored->inode,
		.type = (uint16_t)(name[1] << 12),
		.length = name[0],
		.name = (const char *)name + NAME_PREFIX,
	};
}

void
names_in_directory(const struct names *n, uint32_t inode, uint32_t *first,
    uint32_t *count)
{
	const uint32_t number = names_find_directory(n, inode);

	*first = 0;
	*count = 0;
	if (number != NAMES_NONE) {
		*first = names_directories(n)[number].first;
		*count = names_directories(n)[number].count;
	}
}

/* An entry's name compared with another one. */
static int
compare(const struct names *n, uint32_t id, const char *name, size_t length)
{
	const uint8_t *bytes = name_bytes(n, &names_entries(n)[id]);
	const size_t shorter = bytes[0] < length ? bytes[0] : length;
	const int difference = memcmp(bytes + NAME_PREFIX, name, shorter);

	if (difference != 0)
		return difference;
	return bytes[0] < length ? -1 : bytes[0] > length;
}

uint32_t
names_lookup(const struct names *n, uint32_t directory, const char *name,
    size_t length)
{
	uint32_t low;
	uint32_t count;

	names_in_directory(n, directory, &low, &count);
	uint32_t high = low + count;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const int difference = compare(n, middle, name, length);
		if (difference == 0)
			return middle;
		if (difference < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NAMES_NONE;
}

/*
 * The place in the index of the first entry that is not before this inode and
 * this entry.
 */
static uint32_t
find_in_index(const struct names *n, uint32_t inode, uint32_t id)
{
	const struct stored_entry *entries = names_entries(n);
	const uint32_t *index = names_index(n);
	uint32_t low = 0;
	uint32_t high = names_entries_count(n);

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const uint32_t there = entries[index[middle]].inode;
		if (there < inode || (there == inode && index[middle] < id))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t
first_from(const struct names *n, uint32_t inode, uint32_t id)
{
	const uint32_t place = find_in_index(n, inode, id);

	if (place == names_entries_count(n))
		return NAMES_NONE;
	const uint32_t found = names_index(n)[place];
	return names_entries(n)[found].inode == inode ? found : NAMES_NONE;
}

uint32_t
names_of_inode(const struct names *n, uint32_t inode)
{
	return first_from(n, inode, 0);
}

uint32_t
names_next_of_inode(const struct names *n, uint32_t id)
{
	return first_from(n, names_entries(n)[id].inode, id + 1);
}

uint32_t
names_of_directory(const struct names *n, uint32_t inode)
{
	const uint32_t number = names_find_directory(n, inode);

	return number == NAMES_NONE ? NAMES_NONE :
	    names_directories(n)[number].parent;
}

/* The inode of a name of a path; 0: there is none. */
static uint32_t
step(const struct names *n, uint32_t inode, const char *name, size_t length)
{
	if (length == 0 || (length == 1 && name[0] == '.'))
		return inode;
	const uint32_t id = names_lookup(n, inode, name, length);
	return id == NAMES_NONE ? 0 : names_entries(n)[id].inode;
}

uint32_t
names_find_path(const struct names *n, const char *path)
{
	uint32_t inode = NAMES_ROOT;

	while (*path != '\0' && inode != 0) {
		const size_t length = strcspn(path, "/");
		inode = step(n, inode, path, length);
		path += length + (path[length] == '/' ? 1 : 0);
	}
	return inode;
}

/*
 * The length of the path, "." aside, up to the first name that is too far
 * up; *is_cut: there is one.
 */
static size_t
path_length(const struct names *n, uint32_t id, bool *is_cut)
{
	const struct stored_entry *entries = names_entries(n);
	size_t length = 0;

	*is_cut = false;
	while (id != NAMES_NONE) {
		const size_t name = name_bytes(n, &entries[id])[0];
		if (length + 1 + name > NAMES_PATH_MAX) {
			*is_cut = true;
			break;
		}
		length += 1 + name;
		id = names_directories(n)[entries[id].directory].parent;
	}
	return length;
}

char *
names_path(const struct names *n, uint32_t id)
{
	bool is_cut;
	const struct stored_entry *entries = names_entries(n);
	const size_t length = path_length(n, id, &is_cut);
	const size_t front = is_cut ? strlen("...") : strlen(".");
	char *path = malloc(front + length + 1);

	if (path == NULL)
		return NULL;
	memcpy(path, "...", front);
	path[front + length] = '\0';
	for (size_t at = front + length; at > front;) {
		const uint8_t *name = name_bytes(n, &entries[id]);
		at -= name[0];
		memcpy(path + at, name + NAME_PREFIX, name[0]);
		path[--at] = '/';
		id = names_directories(n)[entries[id].directory].parent;
	}
	return path;
}
