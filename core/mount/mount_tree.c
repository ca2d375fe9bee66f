/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/mount_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/xattr_decode.h"

#define LINKS_MAX 65000		/* names of an inode that are counted */

/* Where the newest version of an inode is. */
struct version {
	const struct mount_set *set;
	struct inode_place place;
	uint64_t room;		/* bytes of the stream, at most */
};

static bool
is_dumped(const struct mount_set *s, uint32_t inode)
{
	return s->dumped != NULL && inomap_has(s->dumped, inode);
}

/*
 * The newest of the first `count` sets that has it.  What such a set has lost is
 * not taken from an older one, which has other contents.
 */
static bool
find_version(const struct mount_tree *t, size_t count, uint32_t inode,
    struct version *v)
{
	for (size_t i = count; i-- > 0;) {
		v->set = &t->sets[i];
		if (inode_places_find(v->set->places, inode, &v->place,
		    &v->room))
			return true;
		if (is_dumped(v->set, inode))
			return false;
	}
	return false;
}

static int
open_version(const struct mount_tree *t, uint32_t inode, struct version *v,
    struct content **content)
{
	if (!find_version(t, t->set_count, inode, v))
		return -EIO;
	*content = content_open(v->set->cache, &v->place);
	if (*content == NULL)
		return -errno;
	if (!content_header(*content)->is_hidden &&
	    !S_ISDIR(content_header(*content)->meta.mode))
		return 0;
	content_close(*content);
	return -EIO;
}

static int
said(const struct mount_tree *t, uint32_t inode, int result, const char *what)
{
	if (result == -EIO)
		outcome_add(t->outcome, OUTCOME_MISSING, inode,
		    "its %s cannot be read: the set is damaged there", what);
	return result;
}

/* ---------------------------------------------------------------- metadata */

bool
mount_tree_is_directory(const struct mount_tree *t, uint32_t inode)
{
	return inode == NAMES_ROOT || names_is_directory(t->names, inode);
}

static void
directory_meta(const struct mount_tree *t, uint32_t inode,
    struct de_inode *meta)
{
	struct directory_meta found;

	/* One that was lost, but not what is in it. */
	*meta = (struct de_inode){ .mode = S_IFDIR | S_IRWXU };
	if (directories_get(t->directories, inode, &found))
		*meta = found.inode;
	meta->mode = (uint16_t)((meta->mode & ~S_IFMT) | S_IFDIR);
	if (meta->links == 0)
		meta->links = 2;
	meta->allocated = meta->size;
}

/* No more than a filesystem has. */
static uint32_t
count_names(const struct mount_tree *t, uint32_t inode)
{
	uint32_t count = 0;

	for (uint32_t id = names_of_inode(t->names, inode);
	    id != NAMES_NONE && count < LINKS_MAX;
	    id = names_next_of_inode(t->names, id))
		count++;
	return count;
}

/* Only its metadata was dumped: the contents are in an older set. */
static int
open_older(const struct mount_tree *t, const struct header *newer,
    struct version *v, struct content **content)
{
	while (find_version(t, (size_t)(v->set - t->sets), newer->inode, v)) {
		struct content *older = content_open(v->set->cache, &v->place);
		if (older == NULL)
			return -errno;
		const struct header *h = content_header(older);
		const bool is_same = h->meta.generation ==
		    newer->meta.generation && ((h->meta.mode ^
		    newer->meta.mode) & S_IFMT) == 0;
		if (is_same && !h->metadata_only) {
			*content = older;
			return 0;
		}
		content_close(older);
		if (!is_same)
			return -EIO;
	}
	return -EIO;
}

/* The inode and, where that is another version, its contents. */
static int
open_both(const struct mount_tree *t, uint32_t inode, struct content **newest,
    struct content **contents, uint64_t *room)
{
	struct version v;

	*contents = NULL;
	const int result = open_version(t, inode, &v, newest);
	if (result != 0)
		return result;
	if (content_header(*newest)->metadata_only &&
	    S_ISREG(content_header(*newest)->meta.mode) &&
	    open_older(t, content_header(*newest), &v, contents) != 0)
		*contents = NULL;
	*room = v.room;
	return 0;
}

static int
file_meta(const struct mount_tree *t, uint32_t inode, struct de_inode *meta)
{
	struct content *newest, *contents;
	uint64_t room;

	const int result = open_both(t, inode, &newest, &contents, &room);
	if (result != 0)
		return result;
	const struct header *h = content_header(newest);
	const struct content *data = contents != NULL ? contents : newest;
	*meta = h->meta;
	/* Some writers do not count; cp(1) and others rely on it. */
	const uint32_t names = count_names(t, inode);
	if (!h->has_links || meta->links < names)
		meta->links = names;
	if (contents != NULL || !h->metadata_only)
		meta->size = content_size(data);
	meta->allocated = content_stored(data, room);
	content_close(contents);
	content_close(newest);
	return 0;
}

int
mount_tree_meta(const struct mount_tree *t, uint32_t inode,
    struct de_inode *meta)
{
	if (!mount_tree_is_directory(t, inode))
		return said(t, inode, file_meta(t, inode, meta), "inode");
	directory_meta(t, inode, meta);
	return 0;
}

/* ---------------------------------------------------------------- contents */

int
mount_tree_open(const struct mount_tree *t, uint32_t inode,
    struct content **content)
{
	struct content *newest, *contents;
	uint64_t room;

	if (mount_tree_is_directory(t, inode))
		return -EISDIR;
	const int result = open_both(t, inode, &newest, &contents, &room);
	if (result != 0)
		return said(t, inode, result, "inode");
	*content = contents != NULL ? contents : newest;
	if (contents != NULL)
		content_close(newest);
	else if (content_header(newest)->metadata_only &&
	    content_header(newest)->meta.size > 0) {
		content_close(newest);
		return said(t, inode, -EIO, "contents");
	}
	return 0;
}

void
mount_tree_tell_unread(const struct mount_tree *t, uint32_t inode,
    uint64_t offset, size_t length)
{
	outcome_add(t->outcome, OUTCOME_MISSING, inode, "of bytes %" PRIu64
	    " to %" PRIu64 ", some cannot be read: the set is damaged there",
	    offset, offset + length - 1);
}

/* -------------------------------------------------------------- attributes */

struct taking {
	de_xattr_fn *take;
	void *arg;
	bool ended;
};

static enum de_status
take_one(void *arg, const struct de_xattr *xattr)
{
	struct taking *t = arg;

	if (strcmp(xattr->name, XATTR_INLINE_DATA) == 0)
		return DE_OK;
	const enum de_status status = t->take(t->arg, xattr);
	t->ended = status != DE_OK;
	return status;
}

static void
take_of_directory(void *arg, const struct de_xattr *xattr)
{
	struct taking *t = arg;

	if (!t->ended)
		take_one(t, xattr);
}

int
mount_tree_xattrs(const struct mount_tree *t, uint32_t inode,
    de_xattr_fn *take, void *arg)
{
	struct taking taking = { .take = take, .arg = arg };
	struct content *content;
	struct version v;

	if (mount_tree_is_directory(t, inode)) {
		directories_each_xattr(t->directories, inode,
		    take_of_directory, &taking);
		return 0;
	}
	int result = open_version(t, inode, &v, &content);
	if (result != 0)
		return said(t, inode, result, "inode");
	result = content_xattrs(content, take_one, &taking);
	content_close(content);
	if (!taking.ended)
		late_each(v.set->late, inode, take_one, &taking);
	return said(t, inode, result, "attributes");
}

/* ------------------------------------------------------------------- flags */

static int
take_flags(const struct de_inode *meta, bool are_linux, bool is_exact,
    struct mount_flags *flags)
{
	flags->flags = are_linux ? meta->flags : 0;
	flags->project = is_exact ? meta->project : 0;
	return are_linux || is_exact ? 0 : -ENOTTY;
}

int
mount_tree_flags(const struct mount_tree *t, uint32_t inode,
    struct mount_flags *flags)
{
	struct directory_meta found;
	struct content *content;
	struct version v;

	if (mount_tree_is_directory(t, inode))
		return !directories_get(t->directories, inode, &found) ?
		    -ENOTTY : take_flags(&found.inode, found.flags_are_linux,
		    found.is_exact, flags);
	int result = open_version(t, inode, &v, &content);
	if (result != 0)
		return said(t, inode, result, "inode");
	const struct header *h = content_header(content);
	result = take_flags(&h->meta, h->flags_are_linux, h->is_exact, flags);
	content_close(content);
	return result;
}

uint64_t
mount_tree_count(const struct mount_tree *t)
{
	return (uint64_t)names_count(t->names) + 1;
}
