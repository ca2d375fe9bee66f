/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each step is tried, then what may be in the way is cleared, and it is tried
 * again for as long as there was something to clear.
 */
#include "core/restore/place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/alias.h"
#include "core/restore/place_own.h"

bool
place_find(struct place *p, const struct name_entry *entry,
    struct place_name *name)
{
	name->directory =
	    target_directory(p->target, PLACE_WORKER, entry->directory);
	name->inode = entry->directory;
	memcpy(name->name, entry->name, entry->length);
	name->name[entry->length] = '\0';
	return name->directory != -1;
}

uint32_t
place_find_alias(const struct names *names, const struct place_name *name)
{
	const uint32_t other = alias_find(names, name->inode, name->directory,
	    name->name);

	return other != NAMES_NONE && alias_is_listed(name->directory,
	    name->name) ? NAMES_NONE : other;
}

bool
place_is_alias(struct place *p, const struct place_name *name, uint32_t id)
{
	const struct names *after = p->levels->after;
	const uint32_t other = place_find_alias(after, name);
	struct name_entry entry;
	char text[512];

	if (other == NAMES_NONE)
		return false;
	names_entry(after, other, &entry);
	snprintf(text, sizeof(text), "cannot be made: the target does not tell "
	    "this name from %.*s", (int)entry.length, entry.name);
	place_fault(p, OUTCOME_MISSING, after, id, 0, text);
	return true;
}

struct place_name
place_in_park(const struct place *p, uint32_t inode)
{
	struct place_name name = {
		.directory = p->park.fd, .inode = PARK_INODE,
	};

	snprintf(name.name, sizeof(name.name), "%" PRIu32, inode);
	return name;
}

bool
place_locate_in_park(struct place *p, uint32_t inode)
{
	const struct place_name name = place_in_park(p, inode);

	return target_set_location(p->target, PARK_INODE, NAMES_ROOT,
	    p->park.name, strlen(p->park.name)) &&
	    target_set_location(p->target, inode, PARK_INODE, name.name,
	    strlen(name.name));
}

static bool
is_hopeless(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EROFS ||
	    error == ENOMEM;
}

void
place_fault(struct place *p, enum outcome_kind kind,
    const struct names *names, uint32_t id, int error, const char *text)
{
	struct name_entry entry;

	if (is_hopeless(error))
		p->verdict = VERDICT_ABORT;
	names_entry(names, id, &entry);
	char *path = names_path(names, id);
	outcome_add(p->outcome, kind, 0, "%s (inode %" PRIu32 "): %s%s%s",
	    path == NULL ? "(no memory for its path)" : path, entry.inode,
	    text, error == 0 ? "" : ": ", error == 0 ? "" : strerror(error));
	free(path);
}

/* Its set brings what it has to have in the end; otherwise, keep it in mind. */
static void
remember(struct place *p, uint32_t inode, const struct lock_state *old)
{
	const struct names *after = p->levels->after;

	if (inomap_has(p->levels->dumped, inode) ||
	    (names_of_inode(after, inode) == NAMES_NONE &&
	    inode != NAMES_ROOT))
		return;
	if (p->unlocked_count == p->unlocked_room) {
		const size_t room = p->unlocked_room * 2 + 16;
		struct place_unlocked *more =
		    reallocarray(p->unlocked, room, sizeof(*more));
		if (more == NULL) {
			outcome_add(p->outcome, OUTCOME_ATTRIBUTE, inode,
			    "its flags and mode are lost: out of memory");
			return;
		}
		p->unlocked = more;
		p->unlocked_room = room;
	}
	p->unlocked[p->unlocked_count++] = (struct place_unlocked){
		.inode = inode,
		.old = *old,
	};
}

static bool
clear_one(struct place *p, int directory, const char *name, uint32_t inode)
{
	struct lock_state old;

	if (!unlock(directory, name, &old))
		return false;
	if (inode != PARK_INODE)
		remember(p, inode, &old);
	return true;
}

/* Keeps errno. */
static bool
clear_way(struct place *p, const struct place_name *name, uint32_t inode)
{
	if (errno != EPERM && errno != EACCES)
		return false;
	const bool directory =
	    clear_one(p, name->directory, ".", name->inode);
	return (inode != PARK_INODE &&
	    clear_one(p, name->directory, name->name, inode)) || directory;
}

int
place_rename(struct place *p, const struct place_name *from,
    const struct place_name *to, uint32_t inode)
{
	while (renameat(from->directory, from->name, to->directory,
	    to->name) != 0)
		if (!clear_way(p, from, inode) &&
		    !clear_way(p, to, PARK_INODE))
			return -1;
	return 0;
}

int
place_link(struct place *p, const struct place_name *from,
    const struct place_name *to, uint32_t inode)
{
	while (linkat(from->directory, from->name, to->directory, to->name,
	    0) != 0)
		if (!clear_way(p, from, inode) &&
		    !clear_way(p, to, PARK_INODE))
			return -1;
	return 0;
}

int
place_unlink(struct place *p, const struct place_name *name, uint32_t inode,
    bool is_directory)
{
	const int flags = is_directory ? AT_REMOVEDIR : 0;

	while (unlinkat(name->directory, name->name, flags) != 0) {
		if (is_directory ? clear_way(p, name, inode) :
		    clear_way(p, name, PARK_INODE))
			continue;
		return is_directory ? -1 :
		    unlock_and_remove(name->directory, name->name);
	}
	return 0;
}

int
place_mkdir(struct place *p, const struct place_name *name)
{
	while (mkdirat(name->directory, name->name, 0700) != 0)
		if (!clear_way(p, name, PARK_INODE))
			return -1;
	return 0;
}

bool
place_make_park(struct place *p)
{
	const struct place_name park = {
		.directory = p->park.root, .inode = NAMES_ROOT,
	};

	while (!park_make(&p->park))
		if (!clear_way(p, &park, PARK_INODE))
			return false;
	return true;
}

/* A directory by itself, a file by its first name. */
static bool
lock_one(struct place *p, const struct place_unlocked *u)
{
	const struct names *after = p->levels->after;

	if (u->inode == NAMES_ROOT || names_is_directory(after, u->inode)) {
		const int fd =
		    target_directory(p->target, PLACE_WORKER, u->inode);
		return fd != -1 && lock_again(fd, ".", &u->old);
	}
	const uint32_t id = names_of_inode(after, u->inode);
	if (id == NAMES_NONE)
		return true;	/* removed */
	struct name_entry entry;
	struct place_name name;
	names_entry(after, id, &entry);
	return place_find(p, &entry, &name) &&
	    lock_again(name.directory, name.name, &u->old);
}

void
place_lock_again(struct place *p)
{
	/* What was noted first is what it had in the beginning. */
	for (size_t i = p->unlocked_count; i > 0; i--) {
		const struct place_unlocked *u = &p->unlocked[i - 1];
		if (!lock_one(p, u))
			outcome_add(p->outcome, OUTCOME_ATTRIBUTE, u->inode,
			    "its flags and mode could not be set again: %s",
			    strerror(errno));
	}
}
