/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/wanted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/restore/walk.h"

struct wanted {
	const struct names *names;
	bool recursive;
	bool root;
	bool is_stale;		/* something left `selected` after `all` was
				   made */
	struct inomap selected;
	struct inomap all;	/* and the directories on the way */
};

struct wanted *
wanted_new(const struct names *names, bool recursive)
{
	struct wanted *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->names = names;
	w->recursive = recursive;
	if (!inomap_init(&w->selected, names_count(names)) ||
	    !inomap_init(&w->all, names_count(names))) {
		wanted_free(w);
		return NULL;
	}
	return w;
}

void
wanted_free(struct wanted *w)
{
	if (w == NULL)
		return;
	inomap_free(&w->selected);
	inomap_free(&w->all);
	free(w);
}

static void
clear(struct inomap *map)
{
	inomap_subtract(map, map);
}

void
wanted_add_all(struct wanted *w)
{
	w->root = true;
	inomap_add_range(&w->selected, 1, w->selected.max_inode);
	inomap_add_range(&w->all, 1, w->all.max_inode);
}

/* Whatever is in `all` has its way there already. */
static void
add_way(struct wanted *w, uint32_t id)
{
	struct name_entry entry;

	for (;;) {
		names_entry(w->names, id, &entry);
		id = names_of_directory(w->names, entry.directory);
		if (id == NAMES_NONE || inomap_has(&w->all, id + 1))
			return;
		inomap_add(&w->all, id + 1);
	}
}

static void
set(struct wanted *w, uint32_t id, bool is_wanted)
{
	if (!is_wanted) {
		inomap_remove(&w->selected, id + 1);
		return;
	}
	inomap_add(&w->selected, id + 1);
	inomap_add(&w->all, id + 1);
}

static void
set_below(struct wanted *w, uint32_t directory, bool is_wanted)
{
	struct walk walk;
	struct name_entry entry;
	enum walk_step step;
	uint32_t id;

	walk_begin(&walk, w->names, directory);
	while ((step = walk_next(&walk, &id, &entry)) != WALK_END)
		if (step != WALK_LEAVE)
			set(w, id, is_wanted);
}

static void
set_entry(struct wanted *w, uint32_t id, bool is_wanted)
{
	struct name_entry entry;

	names_entry(w->names, id, &entry);
	set(w, id, is_wanted);
	if (w->recursive && walk_is_directory(w->names, id, &entry))
		set_below(w, entry.inode, is_wanted);
}

void
wanted_add(struct wanted *w, uint32_t id)
{
	set_entry(w, id, true);
	add_way(w, id);
}

void
wanted_remove(struct wanted *w, uint32_t id)
{
	set_entry(w, id, false);
	w->is_stale = true;
}

bool
wanted_add_path(struct wanted *w, const char *path)
{
	uint32_t id;

	switch (walk_find(w->names, path, &id)) {
	case WALK_FOUND_NOTHING:
		return false;
	case WALK_FOUND_ROOT:
		if (w->recursive)
			wanted_add_all(w);
		w->root = true;
		return true;
	case WALK_FOUND_ENTRY:
		break;
	}
	wanted_add(w, id);
	return true;
}

bool
wanted_remove_path(struct wanted *w, const char *path)
{
	uint32_t id;

	switch (walk_find(w->names, path, &id)) {
	case WALK_FOUND_NOTHING:
		return false;
	case WALK_FOUND_ROOT:
		w->root = false;
		w->is_stale = true;
		if (w->recursive)
			clear(&w->selected);
		return true;
	case WALK_FOUND_ENTRY:
		break;
	}
	wanted_remove(w, id);
	return true;
}

static void
add_line(struct wanted *w, char *line, ssize_t length, char end,
    struct report *rep, uint64_t *missing)
{
	if (length > 0 && line[length - 1] == end)
		line[--length] = '\0';
	if (length == 0 || wanted_add_path(w, line))
		return;
	report(rep, DE_WARNING, "%s: not in the set", line);
	++*missing;
}

bool
wanted_add_file(struct wanted *w, const char *file, char end,
    struct report *rep, uint64_t *missing)
{
	const bool is_stdin = strcmp(file, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(file, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (f == NULL) {
		report(rep, DE_ERROR, "%s: cannot be opened: %s", file,
		    strerror(errno));
		return false;
	}
	while ((length = getdelim(&line, &room, end, f)) >= 0)
		add_line(w, line, length, end, rep, missing);
	const bool failed = !feof(f);
	if (failed)
		report(rep, DE_ERROR, "%s: cannot be read: %s", file,
		    strerror(errno));
	free(line);
	if (!is_stdin)
		fclose(f);
	return !failed;
}

bool
wanted_has_root(const struct wanted *w)
{
	return w->root;
}

const struct inomap *
wanted_selected(const struct wanted *w)
{
	return &w->selected;
}

/* Entries are numbered from 0, and so are bits; inomap_next() counts from 1. */
static bool
next_entry(const struct inomap *map, uint32_t *bit)
{
	*bit = *bit == map->max_inode ? 0 : inomap_next(map, *bit + 1);
	return *bit != 0;
}

const struct inomap *
wanted_names(struct wanted *w)
{
	if (w->is_stale) {
		clear(&w->all);
		inomap_unite(&w->all, &w->selected);
		for (uint32_t bit = 0; next_entry(&w->selected, &bit); )
			add_way(w, bit - 1);
		w->is_stale = false;
	}
	return &w->all;
}

/* The highest inode of a directory among these entries, or the root's. */
static uint32_t
highest_directory(const struct wanted *w, const struct inomap *entries)
{
	struct name_entry entry;
	uint32_t highest = NAMES_ROOT;

	for (uint32_t bit = 0; next_entry(entries, &bit); ) {
		names_entry(w->names, bit - 1, &entry);
		if (entry.inode > highest &&
		    walk_is_directory(w->names, bit - 1, &entry))
			highest = entry.inode;
	}
	return highest;
}

bool
wanted_directories(struct wanted *w, struct inomap *inodes)
{
	const struct inomap *all = wanted_names(w);
	struct name_entry entry;

	if (!inomap_init(inodes, highest_directory(w, all)))
		return false;
	inomap_add(inodes, NAMES_ROOT);
	for (uint32_t bit = 0; next_entry(all, &bit); ) {
		names_entry(w->names, bit - 1, &entry);
		if (walk_is_directory(w->names, bit - 1, &entry))
			inomap_add(inodes, entry.inode);
	}
	return true;
}

bool
wanted_inodes(const struct wanted *w, uint32_t max_inode,
    struct inomap *inodes)
{
	struct name_entry entry;

	if (!inomap_init(inodes, max_inode))
		return false;
	if (w->root)
		inomap_add(inodes, NAMES_ROOT);
	for (uint32_t bit = 0; next_entry(&w->selected, &bit); ) {
		names_entry(w->names, bit - 1, &entry);
		inomap_add(inodes, entry.inode);
	}
	return true;
}
