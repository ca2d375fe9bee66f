/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_target.h"

#include <errno.h>
#include <stdlib.h>

#include "core/mount/mount_stat.h"

#define GROUPS_MAX 65536		/* of a process */

const struct mount_view *
mount_target_view(fuse_req_t req)
{
	const struct mount_server *server = fuse_req_userdata(req);

	return server->view;
}

bool
mount_target_is_top(fuse_req_t req, fuse_ino_t ino)
{
	const struct mount_view *view = mount_target_view(req);

	return view->tree == NULL && ino >> 32 == 0;
}

bool
mount_target_is_unknown(fuse_req_t req, fuse_ino_t ino)
{
	const struct mount_view *view = mount_target_view(req);
	struct de_inode meta;
	uint32_t folder;

	return view->tree == NULL &&
	    mount_stat_inode(ino, &folder) == NAMES_ROOT && folder > 0 &&
	    folder <= mount_dates_count(view->dates) &&
	    !mount_dates_root(view->dates, folder - 1, &meta);
}

/* 0, or a negative error: there is no such tree, or it cannot be made. */
static int
hold(struct mount_target *t)
{
	t->tree = t->view->tree;
	if (t->tree != NULL)
		return t->folder == 0 ? 0 : -ENOENT;
	if (t->folder == 0 || t->folder > mount_dates_count(t->view->dates))
		return -ENOENT;
	t->tree = mount_dates_hold(t->view->dates, t->folder - 1);
	return t->tree == NULL ? -EIO : 0;
}

/* What the kernel was told of the root of a date, before its tree was there. */
static void
forget_attributes(fuse_req_t req, uint32_t folder)
{
	const struct mount_server *server = fuse_req_userdata(req);

	fuse_lowlevel_notify_inval_inode(server->fuse,
	    mount_stat_id(folder, NAMES_ROOT), -1, 0);
}

bool
mount_target_begin(fuse_req_t req, fuse_ino_t ino, struct mount_target *t)
{
	const bool is_new = mount_target_is_unknown(req,
	    mount_stat_id((uint32_t)(ino >> 32), NAMES_ROOT));

	*t = (struct mount_target){ .view = mount_target_view(req) };
	t->inode = mount_stat_inode(ino, &t->folder);
	const int result = hold(t);
	if (is_new && result == 0)
		forget_attributes(req, t->folder);
	if (result != 0)
		fuse_reply_err(req, -result);
	return result == 0;
}

void
mount_target_end(const struct mount_target *t)
{
	if (t->folder > 0)
		mount_dates_let_go(t->view->dates, t->folder - 1);
}

/* ---------------------------------------------------------- who may enter */

static bool
is_in_group(fuse_req_t req, gid_t group)
{
	const struct fuse_ctx *who = fuse_req_ctx(req);
	gid_t *groups = malloc(GROUPS_MAX * sizeof(*groups));
	bool found = who->gid == group;

	const int count = groups == NULL || found ? 0 :
	    fuse_req_getgroups(req, GROUPS_MAX, groups);
	for (int i = 0; i < count && i < GROUPS_MAX && !found; i++)
		found = groups[i] == group;
	free(groups);
	return found;
}

static bool
permits(fuse_req_t req, const struct de_inode *root, unsigned int bits)
{
	const struct fuse_ctx *who = fuse_req_ctx(req);
	const unsigned int owner = root->mode >> 6, group = root->mode >> 3;

	if (who->uid == 0)
		return true;
	if (who->uid == root->uid)
		return (owner & bits) == bits;
	if ((group & root->mode & bits) == bits)
		return true;
	return ((is_in_group(req, root->gid) ? group : root->mode) & bits) ==
	    bits;
}

bool
mount_target_permits(fuse_req_t req, const struct mount_target *t,
    unsigned int bits)
{
	struct de_inode root;

	if (t->folder == 0 || t->inode != NAMES_ROOT ||
	    (mount_tree_meta(t->tree, NAMES_ROOT, &root) == 0 &&
	    permits(req, &root, bits)))
		return true;
	fuse_reply_err(req, EACCES);
	return false;
}

/* ----------------------------------------------------------------- entries */

int
mount_target_entry(const struct mount_target *t, uint32_t inode,
    struct fuse_entry_param *e)
{
	*e = (struct fuse_entry_param){
		.ino = mount_stat_id(t->folder, inode),
		.attr_timeout = MOUNT_KEPT_SECONDS,
		.entry_timeout = MOUNT_KEPT_SECONDS,
	};
	return e->ino == 0 ? -EIO : mount_stat_get(t->tree, t->folder, inode,
	    &e->attr);
}

void
mount_target_folder(const struct mount_view *view, uint32_t folder,
    double seconds, struct fuse_entry_param *e)
{
	const struct mount_date *date = mount_dates_date(view->dates,
	    folder - 1);
	struct de_inode meta;
	const bool is_known = mount_dates_root(view->dates, folder - 1, &meta);

	if (!is_known)
		meta = (struct de_inode){
			.mode = S_IFDIR | 0555,
			.links = 2,
			.atime = { .seconds = date->time },
			.mtime = { .seconds = date->time },
			.ctime = { .seconds = date->time },
		};
	*e = (struct fuse_entry_param){
		.ino = mount_stat_id(folder, NAMES_ROOT),
		.attr_timeout = is_known ? MOUNT_KEPT_SECONDS : seconds,
		.entry_timeout = MOUNT_KEPT_SECONDS,
	};
	mount_stat_fill(folder, NAMES_ROOT, &meta, &e->attr);
}
