/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/walk.h"

#include <string.h>

#include "core/base/path.h"

static void
enter(struct walk *w, uint32_t directory)
{
	uint32_t count;

	w->directory = directory;
	names_in_directory(w->names, directory, &w->next, &count);
	w->end = w->next + count;
}

void
walk_begin(struct walk *w, const struct names *names, uint32_t directory)
{
	w->names = names;
	w->top = directory;
	enter(w, directory);
}

/* Go on after the name of the directory that is done. */
static void
leave(struct walk *w, uint32_t *id, struct name_entry *entry)
{
	*id = names_of_directory(w->names, w->directory);
	names_entry(w->names, *id, entry);
	enter(w, entry->directory);
	w->next = *id + 1;
}

enum walk_step
walk_next(struct walk *w, uint32_t *id, struct name_entry *entry)
{
	if (w->next == w->end) {
		if (w->directory == w->top)
			return WALK_END;
		leave(w, id, entry);
		return WALK_LEAVE;
	}
	*id = w->next++;
	names_entry(w->names, *id, entry);
	if (!walk_is_directory(w->names, *id, entry))
		return WALK_NAME;
	enter(w, entry->inode);
	return WALK_ENTER;
}

void
walk_skip(struct walk *w)
{
	struct name_entry entry;
	uint32_t id;

	leave(w, &id, &entry);
}

bool
walk_is_directory(const struct names *names, uint32_t id,
    const struct name_entry *entry)
{
	return names_is_directory(names, entry->inode) &&
	    names_of_directory(names, entry->inode) == id;
}

/* The entry of the directory above that with entry `id`. */
static uint32_t
parent(const struct names *names, uint32_t id)
{
	struct name_entry entry;

	if (id == NAMES_NONE)
		return NAMES_NONE;
	names_entry(names, id, &entry);
	return names_of_directory(names, entry.directory);
}

enum walk_found
walk_find(const struct names *names, const char *path, uint32_t *id)
{
	uint32_t at = NAMES_NONE, directory = NAMES_ROOT;
	size_t length;

	for (const char *part = path_part(path, &length); length > 0;
	    part = path_part(part + length, &length)) {
		struct name_entry entry;
		if (!names_is_directory(names, directory))
			return WALK_FOUND_NOTHING;
		if (length == 1 && part[0] == '.')
			continue;
		if (length == 2 && memcmp(part, "..", 2) == 0)
			at = parent(names, at);
		else if ((at = names_lookup(names, directory, part,
		    length)) == NAMES_NONE)
			return WALK_FOUND_NOTHING;
		if (at == NAMES_NONE) {
			directory = NAMES_ROOT;
			continue;
		}
		names_entry(names, at, &entry);
		directory = entry.inode;
	}
	if (at == NAMES_NONE)
		return WALK_FOUND_ROOT;
	*id = at;
	return WALK_FOUND_ENTRY;
}
