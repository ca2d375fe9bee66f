/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/mount/mount_stat.h"
#include "core/mount/mount_top.h"

#define DIRECTORY_BYTES ((size_t)1 << 20)	/* a reply at most */
#define SPECIAL_ENTRIES 2		/* "." and ".." */

/* A directory that is being read. */
struct reading {
	fuse_req_t req;
	const struct mount_target *target;
	bool plus;		/* with what belongs to each inode */
	char *bytes;
	size_t room;
	size_t used;
};

static size_t
add(struct reading *r, const char *name, const struct fuse_entry_param *e,
    off_t next)
{
	char *to = r->bytes + r->used;
	const size_t room = r->room - r->used;

	return r->plus ? fuse_add_direntry_plus(r->req, to, room, name, e,
	    next) : fuse_add_direntry(r->req, to, room, name, &e->attr, next);
}

/* "." and "..": the kernel wants no more than their number and type. */
static void
fill_special(const struct reading *r, uint64_t number,
    struct fuse_entry_param *e)
{
	const struct mount_target *t = r->target;
	const uint32_t id = number == 0 ? NAMES_NONE :
	    names_of_directory(t->tree->names, t->inode);
	struct name_entry entry = { .directory = t->inode };

	if (id != NAMES_NONE)
		names_entry(t->tree->names, id, &entry);
	*e = (struct fuse_entry_param){
		.attr = {
			.st_mode = S_IFDIR,
			.st_ino = mount_stat_number(t->folder, entry.directory),
		},
	};
}

/*
 * What cannot be read is a name all the same.  With dates, the kernel always asks
 * for more (see mount_calls.c); what is wanted, it looks up one by one.
 */
static void
fill_named(const struct reading *r, const struct name_entry *entry,
    struct fuse_entry_param *e)
{
	const struct mount_target *t = r->target;

	if (r->plus && t->folder == 0 &&
	    mount_target_entry(t, entry->inode, e) == 0)
		return;
	*e = (struct fuse_entry_param){
		.attr = {
			.st_mode = entry->type,
			.st_ino = mount_stat_number(t->folder, entry->inode),
		},
	};
}

/* Entry `number` of the directory; false if there is no room for it. */
static bool
add_entry(struct reading *r, uint64_t number, uint32_t first)
{
	char name[NAMES_LENGTH_MAX + 1];
	struct fuse_entry_param e;
	struct name_entry entry;

	if (number < SPECIAL_ENTRIES) {
		snprintf(name, sizeof(name), "%s", number == 0 ? "." : "..");
		fill_special(r, number, &e);
	} else {
		names_entry(r->target->tree->names,
		    first + (uint32_t)(number - SPECIAL_ENTRIES), &entry);
		snprintf(name, sizeof(name), "%.*s", (int)entry.length,
		    entry.name);
		fill_named(r, &entry, &e);
	}
	const size_t length = add(r, name, &e, (off_t)number + 1);
	if (length > r->room - r->used)
		return false;
	r->used += length;
	return true;
}

/* From entry `offset` on, as many as there is room for. */
static void
add_entries(struct reading *r, off_t offset)
{
	uint32_t first, count;

	names_in_directory(r->target->tree->names, r->target->inode, &first,
	    &count);
	for (uint64_t i = offset < 0 ? 0 : (uint64_t)offset;
	    i < (uint64_t)count + SPECIAL_ENTRIES; i++)
		if (!add_entry(r, i, first))
			break;
}

static void
read_target(fuse_req_t req, const struct mount_target *t, size_t size,
    off_t offset, bool plus)
{
	struct reading r = {
		.req = req,
		.target = t,
		.plus = plus,
		.room = size < DIRECTORY_BYTES ? size : DIRECTORY_BYTES,
	};

	if (!mount_tree_is_directory(t->tree, t->inode)) {
		fuse_reply_err(req, ENOTDIR);
		return;
	}
	r.bytes = malloc(r.room + 1);
	if (r.bytes == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	add_entries(&r, offset);
	fuse_reply_buf(req, r.bytes, r.used);
	free(r.bytes);
}

void
mount_directory_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount_target t;

	/* The top is listed anew each time: see mount_top_read(). */
	if (!mount_target_is_top(req, ino)) {
		if (!mount_target_begin(req, ino, &t))
			return;
		const bool ok = mount_target_permits(req, &t, S_IROTH);
		mount_target_end(&t);
		if (!ok)
			return;
		fi->keep_cache = 1;
		fi->cache_readdir = 1;
	}
	fuse_reply_open(req, fi);
}

void
mount_directory_read(fuse_req_t req, fuse_ino_t ino, size_t size,
    off_t offset, bool plus)
{
	struct mount_target t;

	if (mount_target_is_top(req, ino)) {
		mount_top_read(req, size, offset, plus);
		return;
	}
	if (!mount_target_begin(req, ino, &t))
		return;
	read_target(req, &t, size, offset, plus);
	mount_target_end(&t);
}
