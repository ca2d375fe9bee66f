/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filling in: directories in the order in which they come, with replaced ones
 * among them until names_finish().
 */
#include "core/read/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/read/names_own.h"
#include "core/read/names_sort.h"

static bool
init_arrays(struct names *n, const char *folder)
{
	struct growing *arrays[] = {
		&n->entries, &n->directories, &n->arena, &n->index, &n->order,
		&n->scratch,
	};
	bool ok;

	n->folder = strdup(folder);
	ok = n->folder != NULL;
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		ok = growing_init(arrays[i], folder) && ok;
	return ok;
}

struct names *
names_new(const char *folder)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	if (!init_arrays(n, folder)) {
		const int error = errno;
		names_free(n);
		errno = error;
		return NULL;
	}
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	growing_free(&n->entries);
	growing_free(&n->directories);
	growing_free(&n->arena);
	growing_free(&n->index);
	growing_free(&n->order);
	growing_free(&n->scratch);
	free(n->hints);
	free(n->folder);
	free(n);
}

static bool
has_too_many(const struct growing *g, size_t size)
{
	if (g->used / size < NAMES_NONE)
		return false;
	errno = EOVERFLOW;
	return true;
}

static struct stored_directory *
last_directory(struct names *n)
{
	return names_directories(n) + names_directories_count(n) - 1;
}

bool
names_begin_directory(struct names *n, uint32_t inode)
{
	if (has_too_many(&n->directories, sizeof(struct stored_directory)))
		return false;
	struct stored_directory *directory =
	    growing_add(&n->directories, sizeof(*directory));
	if (directory == NULL)
		return false;
	free(n->hints);		/* they do not know it */
	n->hints = NULL;
	*directory = (struct stored_directory){
		.names = n->arena.used,
		.inode = inode,
		.first = names_entries_count(n),
		.parent = NAMES_NONE,
		.set = n->set,
	};
	return true;
}

static bool
may_be_a_name(const char *name, size_t length)
{
	if (length == 0 || length > NAMES_LENGTH_MAX ||
	    memchr(name, '/', length) != NULL ||
	    memchr(name, '\0', length) != NULL)
		return false;
	return name[0] != '.' ||
	    (length != 1 && (length != 2 || name[1] != '.'));
}

/* "." and ".." are in every directory, so they are not refused. */
static bool
is_dots(const char *name, size_t length)
{
	return length > 0 && length <= 2 && name[0] == '.' &&
	    name[length - 1] == '.';
}

bool
names_add(struct names *n, uint32_t inode, uint16_t type, const char *name,
    size_t length)
{
	struct stored_directory *directory = last_directory(n);
	const size_t at = n->arena.used - (size_t)directory->names;

	if (is_dots(name, length))
		return true;
	if (inode == 0 || !may_be_a_name(name, length)) {
		n->refused++;
		return true;
	}
	if (at > UINT32_MAX) {
		errno = EOVERFLOW;
		return false;
	}
	if (has_too_many(&n->entries, sizeof(struct stored_entry)))
		return false;
	uint8_t *bytes = growing_add(&n->arena, NAME_PREFIX + length);
	if (bytes == NULL)
		return false;
	struct stored_entry *entry = growing_add(&n->entries, sizeof(*entry));
	if (entry == NULL)
		return false;
	bytes[0] = (uint8_t)length;
	bytes[1] = (uint8_t)(type >> 12);
	memcpy(bytes + NAME_PREFIX, name, length);
	entry->inode = inode;
	entry->name = (uint32_t)at;
	directory->count++;
	return true;
}

static void
from_sorted(struct names *n, const struct stored_directory *directory,
    const struct sort_name *sorted)
{
	struct stored_entry *entries = names_entries(n) + directory->first;
	const uint8_t *arena = n->arena.bytes + directory->names;

	for (uint32_t i = 0; i < directory->count; i++) {
		entries[i].inode = sorted[i].inode;
		entries[i].name = sorted[i].name;
		if (i > 0 && names_compare(arena + sorted[i - 1].name,
		    arena + sorted[i].name) == 0) {
			entries[i].inode = 0;
			n->refused++;
		}
	}
}

bool
names_end_directory(struct names *n)
{
	const struct stored_directory *directory = last_directory(n);

	if (directory->count < 2)
		return true;
	const struct stored_entry *entries =
	    names_entries(n) + directory->first;
	const size_t count = directory->count;
	if (count > SIZE_MAX / sizeof(struct sort_name)) {
		errno = ENOMEM;
		return false;
	}
	n->scratch.used = 0;
	struct sort_name *sorted =
	    growing_add(&n->scratch, count * sizeof(*sorted));
	if (sorted == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		sorted[i] = (struct sort_name){
			.name = entries[i].name,
			.inode = entries[i].inode,
		};
	}
	names_sort(sorted, count, n->arena.bytes + directory->names);
	from_sorted(n, directory, sorted);
	return true;
}

void
names_mark_incomplete(struct names *n)
{
	if (n->directories.used > 0)
		last_directory(n)->incomplete = true;
}

bool
names_copy_entries(struct names *n, uint32_t from)
{
	const uint32_t count = names_directories(n)[from].count;

	for (uint32_t i = 0; i < count; i++) {
		const struct stored_directory *d = &names_directories(n)[from];
		const struct stored_entry *e =
		    &names_entries(n)[d->first + i];
		const uint8_t *bytes = n->arena.bytes + d->names + e->name;
		char name[NAMES_LENGTH_MAX];	/* the arena may move */
		memcpy(name, bytes + NAME_PREFIX, bytes[0]);
		if (e->inode != 0 && !names_add(n, e->inode,
		    (uint16_t)(bytes[1] << 12), name, bytes[0]))
			return false;
	}
	return true;
}

static void
keep_entries(struct names *n, const struct inomap *in_use)
{
	struct stored_entry *entries = names_entries(n);
	const uint32_t count = names_entries_count(n);

	for (uint32_t i = 0; i < count; i++)
		if (!inomap_has(in_use, entries[i].inode))
			entries[i].inode = 0;
}

void
names_keep(struct names *n, const struct inomap *in_use,
    const struct inomap *dumped)
{
	struct stored_directory *directories = names_directories(n);
	const uint32_t count = names_directories_count(n);

	if (in_use != NULL)
		keep_entries(n, in_use);
	for (uint32_t i = 0; i < count; i++) {
		struct stored_directory *d = &directories[i];
		if (in_use != NULL && !inomap_has(in_use, d->inode))
			d->inode = 0;
		if (dumped != NULL && d->set < n->set &&
		    inomap_has(dumped, d->inode))
			d->replaced = true;
	}
	n->set++;
}

static bool
copy_directory(struct names *n, const struct names *older, uint32_t inode)
{
	uint32_t first, count;

	names_in_directory(older, inode, &first, &count);
	if (!names_begin_directory(n, inode))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		names_entry(older, first + i, &entry);
		if (!names_add(n, entry.inode, entry.type, entry.name,
		    entry.length))
			return false;
	}
	return names_end_directory(n);
}

bool
names_begin_with(struct names *n, const struct names *older)
{
	for (uint32_t i = 0; i < names_directory_count(older); i++)
		if (!copy_directory(n, older, names_directory(older, i)))
			return false;
	n->set++;
	return true;
}
