/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/subtree.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/select/inode_flags.h"

struct lookup {
	const char *name;	/* not terminated */
	size_t length;
	uint32_t inode;		/* 0: not found yet */
};

/* Report what is wrong with the path, up to the end of `part`. */
static enum subtree_found
refuse(const struct subtree *s, const char *part, size_t length,
    const char *what)
{
	report(s->rep, DE_ERROR, "%s%ssubtree: %.*s %s; expected a path from "
	    "the root of the filesystem on %s, without its mount point", s->at
	    != NULL ? s->at : "", s->at != NULL ? ": " : "", (int)(part + length
	    - s->path), s->path, what, s->src->info.device);
	return SUBTREE_NOT_FOUND;
}

static enum de_status
look_up(void *arg, const struct de_entry *e)
{
	struct lookup *l = arg;

	if (e->inode == 0 || !source_is_name(e) ||
	    l->length != e->name_length ||
	    memcmp(l->name, e->name, l->length) != 0)
		return DE_OK;
	l->inode = e->inode;
	return DE_NO_MORE;
}

/* Why an inode, inside the path or at its end, cannot be used; NULL: it can. */
static const char *
why_unfit(const struct subtree *s, const struct de_inode *inode,
    bool on_the_way)
{
	const uint32_t *numbers = NULL;
	const size_t count = s->exclude == NULL ? 0 :
	    exclude_inodes(s->exclude, &numbers);

	if (S_ISLNK(inode->mode))
		return "is a symbolic link; links are not followed";
	if (on_the_way && !S_ISDIR(inode->mode))
		return "is a file, not a directory";
	if (inode->number == s->src->info.root_inode)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == inode->number)
			return "is excluded by its inode number";
	if (s->without_nodump && (inode->flags & INODE_NODUMP) != 0)
		return "has the nodump flag, and is left out";
	return NULL;
}

/*
 * Examine an inode and, if it must be a directory, look `name` up in it; `name`
 * is NULL for the last one.
 */
static enum subtree_found
step(const struct subtree *s, uint32_t number, const char *part,
    size_t length, struct lookup *name)
{
	struct de_inode inode;
	enum subtree_found found = SUBTREE_FOUND;
	const char *why = NULL;
	void *scan;

	if (source_scan_begin(s->src, &scan) != DE_OK)
		return SUBTREE_UNREADABLE;
	enum de_status status = source_next(s->src, scan, number, &inode);
	if (status == DE_NO_MORE || (status == DE_OK && inode.number != number))
		why = "cannot be read";
	else if (status == DE_OK)
		why = why_unfit(s, &inode, name != NULL);
	if (status == DE_OK && why == NULL && name != NULL)
		status = source_read_directory(s->src, &inode, look_up, name);
	if (why != NULL)
		found = refuse(s, part, length, why);
	else if (status == DE_FAILED)
		found = SUBTREE_UNREADABLE;
	source_scan_end(s->src, scan);
	return found;
}

enum subtree_found
subtree_find(const struct subtree *s, uint32_t *way)
{
	uint32_t inode = s->src->info.root_inode;
	const char *before = s->path;
	size_t length, before_length = 0;

	for (const char *part = path_part(s->path, &length); length > 0;
	    part = path_part(part + length, &length)) {
		struct lookup name = { part, length, 0 };
		const enum subtree_found found = step(s, inode, before,
		    before_length, &name);
		if (found != SUBTREE_FOUND)
			return found;
		if (name.inode == 0)
			return refuse(s, part, length, "does not exist");
		*way++ = inode;
		inode = name.inode;
		before = part;
		before_length = length;
	}
	return step(s, inode, before, before_length, NULL);
}
