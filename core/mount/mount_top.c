/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mount/mount_stat.h"

#define LATEST "latest"
#define LATEST_ID 2		/* of the link */
#define TOP_BYTES ((size_t)1 << 20)	/* a reply at most */
#define SPECIAL_ENTRIES 2	/* "." and ".." */
#define LISTED_SECONDS 1.0	/* so that ls -l makes no trees */

/* NULL: there are no dates. */
static const struct mount_date *
last_date(const struct mount_view *v)
{
	const uint32_t count = mount_dates_count(v->dates);

	return count == 0 ? NULL : mount_dates_date(v->dates, count - 1);
}

/* The top, or the link. */
static void
fill_own(const struct mount_view *v, fuse_ino_t ino, struct stat *st)
{
	const struct mount_date *last = last_date(v);

	*st = (struct stat){
		.st_ino = ino,
		.st_mode = ino == LATEST_ID ? S_IFLNK | 0777 : S_IFDIR | 0555,
		.st_nlink = ino == LATEST_ID ? 1 :
		    SPECIAL_ENTRIES + mount_dates_count(v->dates),
		.st_size = ino == LATEST_ID && last != NULL ?
		    (off_t)strlen(last->name) : 0,
	};
	if (last != NULL)
		st->st_atim.tv_sec = st->st_mtim.tv_sec = st->st_ctim.tv_sec =
		    (time_t)last->time;
}

static void
fill_link(const struct mount_view *v, struct fuse_entry_param *e)
{
	*e = (struct fuse_entry_param){
		.ino = LATEST_ID,
		.attr_timeout = MOUNT_KEPT_SECONDS,
		.entry_timeout = MOUNT_KEPT_SECONDS,
	};
	fill_own(v, LATEST_ID, &e->attr);
}

void
mount_top_lookup(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	const struct mount_view *v = mount_target_view(req);
	const uint32_t number = mount_dates_find(v->dates, name);
	struct fuse_entry_param e;

	if (ino != FUSE_ROOT_ID) {
		fuse_reply_err(req, ENOTDIR);
		return;
	}
	if (number != UINT32_MAX) {
		mount_target_folder(v, number + 1, 0, &e);
	} else if (strcmp(name, LATEST) == 0 && last_date(v) != NULL) {
		fill_link(v, &e);
	} else {
		fuse_reply_err(req, ENOENT);
		return;
	}
	fuse_reply_entry(req, &e);
}

void
mount_top_getattr(fuse_req_t req, fuse_ino_t ino)
{
	struct stat st;

	fill_own(mount_target_view(req), ino, &st);
	fuse_reply_attr(req, &st, MOUNT_KEPT_SECONDS);
}

void
mount_top_readlink(fuse_req_t req, fuse_ino_t ino)
{
	const struct mount_date *last = last_date(mount_target_view(req));

	if (ino != LATEST_ID || last == NULL)
		fuse_reply_err(req, EINVAL);
	else
		fuse_reply_readlink(req, last->name);
}

/* ----------------------------------------------------------------- reading */

struct reading {
	fuse_req_t req;
	bool plus;
	char *bytes;
	size_t room;
	size_t used;
};

/* Entry `number` of the top, whose name is returned; NULL: there is none. */
static const char *
entry_of(const struct mount_view *v, uint64_t number,
    struct fuse_entry_param *e)
{
	const uint32_t count = mount_dates_count(v->dates);

	if (number < SPECIAL_ENTRIES) {
		*e = (struct fuse_entry_param){ .ino = 0 };
		fill_own(v, FUSE_ROOT_ID, &e->attr);
		return number == 0 ? "." : "..";
	}
	number -= SPECIAL_ENTRIES;
	if (number < count) {
		mount_target_folder(v, (uint32_t)number + 1, LISTED_SECONDS, e);
		return mount_dates_date(v->dates, (uint32_t)number)->name;
	}
	if (number > count || count == 0)
		return NULL;
	fill_link(v, e);
	return LATEST;
}

/* False if there is no room for it. */
static bool
add(struct reading *r, const char *name, const struct fuse_entry_param *e,
    uint64_t next)
{
	char *to = r->bytes + r->used;
	const size_t room = r->room - r->used;
	const size_t length = r->plus ?
	    fuse_add_direntry_plus(r->req, to, room, name, e, (off_t)next) :
	    fuse_add_direntry(r->req, to, room, name, &e->attr, (off_t)next);

	if (length > room)
		return false;
	r->used += length;
	return true;
}

void
mount_top_read(fuse_req_t req, size_t size, off_t offset, bool plus)
{
	struct reading r = {
		.req = req,
		.plus = plus,
		.room = size < TOP_BYTES ? size : TOP_BYTES,
	};
	uint64_t number = offset < 0 ? 0 : (uint64_t)offset;
	struct fuse_entry_param e;
	const char *name;

	r.bytes = malloc(r.room + 1);
	if (r.bytes == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	while ((name = entry_of(mount_target_view(req), number, &e)) != NULL &&
	    add(&r, name, &e, number + 1))
		number++;
	fuse_reply_buf(req, r.bytes, r.used);
	free(r.bytes);
}
