/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_calls.h"

#include <errno.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>

#include "core/mount/mount_attributes.h"
#include "core/mount/mount_directory.h"
#include "core/mount/mount_stat.h"
#include "core/mount/mount_top.h"

#define BLOCK 4096			/* of statfs(2) */

/* ------------------------------------------------------------------ inodes */

static void
reply_entry(fuse_req_t req, int result, const struct fuse_entry_param *e)
{
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_entry(req, e);
}

static void
look_up(fuse_req_t req, const struct mount_target *t, const char *name)
{
	struct fuse_entry_param e;
	struct name_entry entry;

	const uint32_t id = names_lookup(t->tree->names, t->inode, name,
	    strlen(name));
	if (id == NAMES_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	names_entry(t->tree->names, id, &entry);
	const int result = mount_target_entry(t, entry.inode, &e);
	reply_entry(req, result, &e);
}

static void
do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount_target t;

	if (mount_target_is_top(req, parent)) {
		mount_top_lookup(req, parent, name);
		return;
	}
	if (!mount_target_begin(req, parent, &t))
		return;
	if (mount_target_permits(req, &t, S_IXOTH))
		look_up(req, &t, name);
	mount_target_end(&t);
}

static void
do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount_target t;
	struct stat st;

	(void)fi;
	if (mount_target_is_top(req, ino)) {
		mount_top_getattr(req, ino);
		return;
	}
	if (!mount_target_begin(req, ino, &t))
		return;
	const int result = mount_stat_get(t.tree, t.folder, t.inode, &st);
	mount_target_end(&t);
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_attr(req, &st, MOUNT_KEPT_SECONDS);
}

/* 0, or a negative error. */
static int
read_link(const struct mount_target *t, char *target, size_t room)
{
	struct content *content;

	const int result = mount_tree_open(t->tree, t->inode, &content);
	if (result != 0)
		return result;
	const ssize_t length = content_size(content) >= room ? -EIO :
	    content_read(content, 0, (uint8_t *)target, room - 1);
	content_close(content);
	if (length <= 0)
		return length == 0 ? -EIO : (int)length;
	target[length] = '\0';
	return 0;
}

static void
do_readlink(fuse_req_t req, fuse_ino_t ino)
{
	char target[PATH_MAX];
	struct mount_target t;

	if (mount_target_is_top(req, ino)) {
		mount_top_readlink(req, ino);
		return;
	}
	if (!mount_target_begin(req, ino, &t))
		return;
	const int result = read_link(&t, target, sizeof(target));
	mount_target_end(&t);
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_readlink(req, target);
}

/* ------------------------------------------------------------------- files */

/* One that is open; its tree is held. */
struct file {
	struct mount_target target;
	struct content *content;	/* owned */
};

static struct file *
file_of(const struct fuse_file_info *fi)
{
	return (struct file *)(uintptr_t)fi->fh;
}

static void
close_file(struct file *f)
{
	content_close(f->content);
	mount_target_end(&f->target);
	free(f);
}

/* Takes the target over.  0, or a negative error. */
static int
open_file(const struct mount_target *t, struct file **file)
{
	struct file *f = calloc(1, sizeof(*f));
	const int result = f == NULL ? -ENOMEM : mount_tree_open(t->tree,
	    t->inode, &f->content);

	if (result != 0) {
		mount_target_end(t);
		free(f);
		return result;
	}
	f->target = *t;
	*file = f;
	return 0;
}

static void
do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount_target t;
	struct file *f;

	if (mount_target_is_top(req, ino)) {
		fuse_reply_err(req, EISDIR);
		return;
	}
	if (!mount_target_begin(req, ino, &t))
		return;
	const int result = open_file(&t, &f);
	if (result != 0) {
		fuse_reply_err(req, -result);
		return;
	}
	fi->fh = (uintptr_t)f;
	fi->keep_cache = 1;
	if (fuse_reply_open(req, fi) == -ENOENT)	/* interrupted */
		close_file(f);
}

static void
do_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	close_file(file_of(fi));
	fuse_reply_err(req, 0);
}

static void
do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	const struct file *f = file_of(fi);
	uint8_t *bytes = malloc(size + 1);

	(void)ino;
	if (bytes == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	const ssize_t length = content_read(f->content, (uint64_t)offset,
	    bytes, size);
	if (length < 0) {
		mount_tree_tell_unread(f->target.tree, f->target.inode,
		    (uint64_t)offset, size);
		fuse_reply_err(req, (int)-length);
	} else {
		fuse_reply_buf(req, (const char *)bytes, (size_t)length);
	}
	free(bytes);
}

static void
do_lseek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence,
    struct fuse_file_info *fi)
{
	(void)ino;
	if (whence != SEEK_DATA && whence != SEEK_HOLE) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	const int64_t result = content_seek(file_of(fi)->content,
	    (uint64_t)offset, whence == SEEK_DATA);
	if (result < 0)
		fuse_reply_err(req, (int)-result);
	else
		fuse_reply_lseek(req, (off_t)result);
}

/* ------------------------------------------------------------- directories */

static void
do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	(void)fi;
	mount_directory_read(req, ino, size, offset, false);
}

static void
do_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	(void)fi;
	mount_directory_read(req, ino, size, offset, true);
}

/* ------------------------------------------------------------------- flags */

/* As the kernel makes them of the flags of an inode. */
static uint32_t
extended_flags(uint32_t flags)
{
	static const struct {
		uint32_t flag, extended;
	} pairs[] = {
		{ FS_SYNC_FL, FS_XFLAG_SYNC },
		{ FS_IMMUTABLE_FL, FS_XFLAG_IMMUTABLE },
		{ FS_APPEND_FL, FS_XFLAG_APPEND },
		{ FS_NODUMP_FL, FS_XFLAG_NODUMP },
		{ FS_NOATIME_FL, FS_XFLAG_NOATIME },
		{ FS_PROJINHERIT_FL, FS_XFLAG_PROJINHERIT },
	};
	uint32_t extended = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if ((flags & pairs[i].flag) != 0)
			extended |= pairs[i].extended;
	return extended;
}

static void
reply_flags(fuse_req_t req, unsigned int command,
    const struct mount_flags *flags, size_t room)
{
	const struct fsxattr extended = {
		.fsx_xflags = extended_flags(flags->flags),
		.fsx_projid = flags->project,
	};

	if (command == FS_IOC_FSGETXATTR && room >= sizeof(extended))
		fuse_reply_ioctl(req, 0, &extended, sizeof(extended));
	else if (command == FS_IOC_GETFLAGS && room >= sizeof(flags->flags))
		fuse_reply_ioctl(req, 0, &flags->flags, sizeof(flags->flags));
	else
		fuse_reply_err(req, ENOTTY);
}

static void
do_ioctl(fuse_req_t req, fuse_ino_t ino, int command, void *arg,
    struct fuse_file_info *fi, unsigned int flags, const void *in,
    size_t in_size, size_t out_size)
{
	struct mount_flags found;
	struct mount_target t;

	(void)arg, (void)fi, (void)flags, (void)in, (void)in_size;
	if (mount_target_is_top(req, ino)) {
		fuse_reply_err(req, ENOTTY);
		return;
	}
	if (!mount_target_begin(req, ino, &t))
		return;
	const int result = mount_tree_flags(t.tree, t.inode, &found);
	mount_target_end(&t);
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		reply_flags(req, (unsigned int)command, &found, out_size);
}

/* --------------------------------------------------------------- the whole */

static void
do_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct mount_view *view = mount_target_view(req);
	const struct statvfs st = {
		.f_bsize = BLOCK,
		.f_frsize = BLOCK,
		.f_files = (fsfilcnt_t)(view->tree != NULL ?
		    mount_tree_count(view->tree) :
		    mount_dates_count(view->dates)),
		.f_namemax = NAMES_LENGTH_MAX,
	};

	(void)ino;
	fuse_reply_statfs(req, &st);
}

/* Access control lists count, as they did. */
static void
do_init(void *arg, struct fuse_conn_info *conn)
{
	const struct mount_server *server = arg;

	if ((conn->capable & FUSE_CAP_POSIX_ACL) != 0)
		conn->want |= FUSE_CAP_POSIX_ACL;
	/* So that ls -l of the dates never has to look into them. */
	if (server->view->tree == NULL)
		conn->want &= ~(unsigned int)FUSE_CAP_READDIRPLUS_AUTO;
}

const struct fuse_lowlevel_ops mount_calls = {
	.init = do_init,
	.lookup = do_lookup,
	.getattr = do_getattr,
	.readlink = do_readlink,
	.open = do_open,
	.read = do_read,
	.release = do_release,
	.opendir = mount_directory_open,
	.readdir = do_readdir,
	.readdirplus = do_readdirplus,
	.statfs = do_statfs,
	.getxattr = mount_attributes_get,
	.listxattr = mount_attributes_list,
	.lseek = do_lseek,
	.ioctl = do_ioctl,
};
