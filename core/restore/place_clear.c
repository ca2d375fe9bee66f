/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/place.h"

#include <errno.h>

#include "core/restore/place_own.h"

static bool
is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/*
 * Where it was in the level before.  If the target has there what is another
 * name's, it could not be made, and is missing.  False with errno set.
 */
static bool
find_before(struct place *p, const struct name_entry *entry,
    struct place_name *name)
{
	if (!place_find(p, entry, name))
		return false;
	errno = ENOENT;
	return place_find_alias(p->levels->before, name) == NAMES_NONE;
}

static bool
park(struct place *p, const struct name_entry *entry)
{
	struct place_name from;

	if (!place_make_park(p) || !find_before(p, entry, &from))
		return false;
	const struct place_name to = place_in_park(p, entry->inode);
	if (place_rename(p, &from, &to, entry->inode) != 0)
		return false;
	inomap_add(&p->parked, entry->inode);
	return true;
}

/* One that is missing is named when it does not come to its place. */
static void
park_entry(struct place *p, uint32_t id, const struct name_entry *entry)
{
	if (!park(p, entry)) {
		if (!is_missing(errno))
			place_fault(p, OUTCOME_MISSING, p->levels->before, id,
			    errno, "cannot be moved");
	} else if (names_is_directory(p->levels->before, entry->inode) &&
	    !place_locate_in_park(p, entry->inode)) {
		place_fault(p, OUTCOME_MISSING, p->levels->before, id, ENOMEM,
		    "was moved away");
	}
}

/* Is it enough to remove this name of a file? */
static bool
is_to_be_removed(const struct place *p, uint32_t inode)
{
	return place_is_brought(p, inode) || inomap_has(&p->parked, inode) || inomap_has(&p->stays, inode) ||
	    !place_is_file(p->levels->after, inode);
}

static void
remove_file(struct place *p, uint32_t id, const struct name_entry *entry)
{
	struct place_name name;

	if ((!find_before(p, entry, &name) ||
	    place_unlink(p, &name, entry->inode, false) != 0) &&
	    !is_missing(errno))
		place_fault(p, OUTCOME_DIFFERENT, p->levels->before, id, errno,
		    "cannot be removed");
}

/* A directory that ends is removed later, when it is empty. */
static void
clear_entry(struct place *p, uint32_t id, const struct name_entry *entry,
    bool stays)
{
	const uint32_t inode = entry->inode;

	if (stays)
		return;
	if (!names_is_directory(p->levels->before, inode)) {
		if (is_to_be_removed(p, inode))
			remove_file(p, id, entry);
		else
			park_entry(p, id, entry);
	} else if (names_is_directory(p->levels->after, inode) &&
	    !inomap_has(&p->parked, inode)) {
		park_entry(p, id, entry);
	}
}

static void
remove_directory(struct place *p, uint32_t inode)
{
	const struct names *before = p->levels->before;
	const uint32_t id = names_of_directory(before, inode);
	struct name_entry entry;
	struct place_name name;

	names_entry(before, id, &entry);
	if (find_before(p, &entry, &name) &&
	    place_unlink(p, &name, inode, true) == 0)
		target_forget(p->target, inode);
	else if (errno == ENOTEMPTY || errno == EEXIST)
		place_fault(p, OUTCOME_DIFFERENT, before, id, 0, "cannot be "
		    "removed: something in it does not come from these sets");
	else if (!is_missing(errno))
		place_fault(p, OUTCOME_DIFFERENT, before, id, errno,
		    "cannot be removed");
}

/* Those below before those above, and never the root. */
static void
remove_directories(struct place *p)
{
	const struct names *before = p->levels->before;

	for (uint32_t i = names_directory_count(before);
	    i > 1 && p->verdict == VERDICT_GO_ON; i--) {
		const uint32_t inode = names_directory(before, i - 1);
		if (!names_is_directory(p->levels->after, inode))
			remove_directory(p, inode);
	}
}

/* What an interrupted run has parked is not where `before` says. */
static void
find_parked(struct place *p)
{
	uint32_t inode = 0;

	while (inode < UINT32_MAX &&
	    (inode = inomap_next(&p->parked, inode + 1)) != 0)
		if (names_is_directory(p->levels->before, inode) &&
		    !place_locate_in_park(p, inode))
			p->verdict = VERDICT_ABORT;
}

void
place_clear(struct place *p)
{
	const struct names *before = p->levels->before;

	find_parked(p);
	for (uint32_t i = 0; i < names_directory_count(before); i++)
		place_each_entry(p, before, p->levels->after,
		    names_directory(before, i), clear_entry);
	remove_directories(p);
}
