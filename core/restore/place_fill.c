/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/place_own.h"

static bool
is_directory_there(const struct place_name *name)
{
	struct stat st;

	return fstatat(name->directory, name->name, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Is something else than a directory there, and may it be replaced? */
static bool
make_room(struct place *p, const struct place_name *name)
{
	return p->settings->if_exists == IF_EXISTS_REPLACE &&
	    !is_directory_there(name) &&
	    place_unlink(p, name, PARK_INODE, false) == 0;
}

/* It should have been there: all that it held has gone with it. */
static void
say_lost_directory(struct place *p, uint32_t id, uint32_t inode)
{
	if (p->levels->before != NULL &&
	    names_is_directory(p->levels->before, inode))
		place_fault(p, OUTCOME_MISSING, p->levels->after, id, 0,
		    "was no longer there and is made again; files in it that "
		    "are not in this set are missing");
}

/* While it is empty. */
static void
fold_case(struct place *p, uint32_t inode)
{
	const struct directories *d = p->levels->directories;

	if (d == NULL || !directories_fold_case(d) ||
	    p->settings->dry_run)
		return;
	const int fd = target_directory(p->target, PLACE_WORKER, inode);
	if (fd != -1)
		directories_make_casefold(d, inode, fd);
}

/*
 * What would have been in it must not get into the other directory: there is
 * nothing at this location.
 */
static void
leave_directory_out(struct place *p, uint32_t inode)
{
	const struct place_name nowhere = place_in_park(p, inode);

	if (!target_set_location(p->target, inode, PARK_INODE, nowhere.name,
	    strlen(nowhere.name)))
		p->verdict = VERDICT_ABORT;
}

static void
make_directory(struct place *p, uint32_t id, uint32_t inode,
    const struct place_name *name)
{
	bool is_made = place_mkdir(p, name) == 0;
	if (!is_made && errno == EEXIST) {
		if (place_is_alias(p, name, id)) {
			leave_directory_out(p, inode);
			return;
		}
		errno = EEXIST;
		is_made = make_room(p, name) && place_mkdir(p, name) == 0;
	}
	if (is_made) {
		say_lost_directory(p, id, inode);
		fold_case(p, inode);
		return;
	}
	const int error = errno;
	if (error != EEXIST)
		place_fault(p, OUTCOME_MISSING, p->levels->after, id, error,
		    "the directory cannot be made");
	else if (!is_directory_there(name))
		place_fault(p, OUTCOME_MISSING, p->levels->after, id, 0,
		    "the directory cannot be made: something else has its "
		    "name; remove that, or use --if-exists replace");
}

static void
unpark_directory(struct place *p, uint32_t id, uint32_t inode,
    const struct place_name *to)
{
	const struct place_name from = place_in_park(p, inode);

	const bool is_alias = place_is_alias(p, to, id);
	if (!is_alias && (place_rename(p, &from, to, inode) == 0 ||
	    (make_room(p, to) && place_rename(p, &from, to, inode) == 0))) {
		inomap_remove(&p->parked, inode);
		return;
	}
	const int error = is_alias ? 0 : errno;
	char text[512];
	snprintf(text, sizeof(text), "the directory cannot be moved to its "
	    "place, and is now ./%s/%s", p->park.name, from.name);
	place_fault(p, OUTCOME_MISSING, p->levels->after, id, error, text);
	if (!place_locate_in_park(p, inode))
		p->verdict = VERDICT_ABORT;
}

static void
place_directory(struct place *p, uint32_t inode)
{
	const uint32_t id = names_of_directory(p->levels->after, inode);
	struct name_entry entry;
	struct place_name name;

	names_entry(p->levels->after, id, &entry);
	if (!place_find(p, &entry, &name))
		place_fault(p, OUTCOME_MISSING, p->levels->after, id, errno,
		    "the directory cannot be made");
	else if (inomap_has(&p->parked, inode))
		unpark_directory(p, id, inode, &name);
	else
		make_directory(p, id, inode, &name);
}

/* Each after the one it is in; the root is there. */
void
place_directories(struct place *p)
{
	const struct names *after = p->levels->after;
	const struct inomap *wanted = p->levels->wanted;

	for (uint32_t i = 1; i < names_directory_count(after) &&
	    p->verdict == VERDICT_GO_ON; i++) {
		const uint32_t inode = names_directory(after, i);
		if (wanted == NULL || inomap_has(wanted, inode))
			place_directory(p, inode);
	}
}

/* ---------------------------------------------------------------- files */

/* Was this name there before, for the same file? */
static bool
name_stays(const struct place *p, const struct name_entry *entry)
{
	const struct names *before = p->levels->before;
	const uint32_t id = names_lookup(before, entry->directory, entry->name,
	    entry->length);
	struct name_entry old;

	if (id == NAMES_NONE)
		return false;
	names_entry(before, id, &old);
	return old.inode == entry->inode;
}

/* Is a file of that name there? */
static bool
is_there(const struct place_name *name, struct stat *st)
{
	return fstatat(name->directory, name->name, st,
	    AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st->st_mode);
}

/*
 * A name to link the others to: one that stays; else the first one, brought
 * from the private directory; else, after an interruption, one that was placed
 * then.  NAMES_NONE: the file is not there.
 */
static uint32_t
find_name(struct place *p, uint32_t inode)
{
	const struct names *after = p->levels->after;
	const bool stays = inomap_has(&p->stays, inode);
	struct name_entry entry;
	struct place_name name;
	struct stat st;

	if (!stays && !p->resumed)
		return NAMES_NONE;
	for (uint32_t id = names_of_inode(after, inode); id != NAMES_NONE;
	    id = names_next_of_inode(after, id)) {
		names_entry(after, id, &entry);
		if ((!stays || name_stays(p, &entry)) &&
		    place_find(p, &entry, &name) && is_there(&name, &st) &&
		    place_find_alias(after, &name) == NAMES_NONE)
			return id;
	}
	return NAMES_NONE;
}

/* Out of the private directory, to its first name. */
static uint32_t
unpark_file(struct place *p, uint32_t inode)
{
	const struct names *after = p->levels->after;
	const struct place_name from = place_in_park(p, inode);
	const uint32_t id = names_of_inode(after, inode);
	struct name_entry entry;
	struct place_name to;

	names_entry(after, id, &entry);
	const bool is_found = place_find(p, &entry, &to);
	const bool is_alias = is_found && place_is_alias(p, &to, id);
	if (is_found && !is_alias && place_rename(p, &from, &to, inode) == 0) {
		/* Renaming to another name of the same file does nothing. */
		unlinkat(from.directory, from.name, 0);
		inomap_remove(&p->parked, inode);
		return id;
	}
	const int error = is_alias ? 0 : errno;
	char text[512];
	snprintf(text, sizeof(text), "cannot be moved to its place, and is "
	    "now ./%s/%s", p->park.name, from.name);
	place_fault(p, OUTCOME_MISSING, after, id, error, text);
	return NAMES_NONE;
}

/* Another name for the same file, which may be there already. */
static bool
link_name(struct place *p, const struct place_name *from,
    const struct place_name *to, uint32_t inode)
{
	struct stat old, found;

	if (place_link(p, from, to, inode) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	if (is_there(to, &found) && is_there(from, &old) &&
	    found.st_ino == old.st_ino && found.st_dev == old.st_dev)
		return true;
	errno = EEXIST;
	return make_room(p, to) && place_link(p, from, to, inode) == 0;
}

/* All names of a file, by one that is there. */
static void
link_names(struct place *p, uint32_t inode, uint32_t id)
{
	const struct names *after = p->levels->after;
	struct name_entry entry;
	struct place_name from, to;

	names_entry(after, id, &entry);
	if (!place_find(p, &entry, &from))
		return;
	/* The descriptor is valid until the next one is asked for. */
	from.directory = fcntl(from.directory, F_DUPFD_CLOEXEC, 0);
	for (uint32_t other = names_of_inode(after, inode);
	    other != NAMES_NONE; other = names_next_of_inode(after, other)) {
		names_entry(after, other, &entry);
		if (other == id || name_stays(p, &entry))
			continue;
		if (place_find(p, &entry, &to) &&
		    place_is_alias(p, &to, other))
			continue;
		if (to.directory == -1 || !link_name(p, &from, &to, inode))
			place_fault(p, OUTCOME_MISSING, after, other, errno,
			    "this name of the file cannot be made");
	}
	if (from.directory != -1)
		close(from.directory);
}

static void
place_file(struct place *p, uint32_t inode)
{
	const uint32_t id = inomap_has(&p->parked, inode) ?
	    unpark_file(p, inode) : find_name(p, inode);

	if (id != NAMES_NONE)
		link_names(p, inode, id);
	else if (!inomap_has(&p->parked, inode) &&
	    !inomap_has(p->levels->dumped, inode))
		place_fault(p, OUTCOME_MISSING, p->levels->after,
		    names_of_inode(p->levels->after, inode), 0,
		    "is not where it was before");
}

void
place_files(struct place *p)
{
	uint32_t inode = 0;

	while (inode < UINT32_MAX && p->verdict == VERDICT_GO_ON &&
	    (inode = inomap_next(&p->pending, inode + 1)) != 0)
		place_file(p, inode);
}
