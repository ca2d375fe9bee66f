/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_session.h"

#include <errno.h>
#include <fuse3/fuse_lowlevel.h>
#include <limits.h>
#include <linux/limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mount/mount_stat.h"

#define KEPT_SECONDS 86400.0		/* by the kernel; nothing changes */
#define IDLE_THREADS 16
#define DIRECTORY_BYTES ((size_t)1 << 20)	/* a reply at most */
#define BLOCK 4096			/* of statfs(2) */
#define SPECIAL_ENTRIES 2		/* "." and ".." */

struct mount_session {
	struct mount_session_config config;
	struct fuse_session *fuse;
	bool is_mounted;
};

static const struct mount_tree *
tree_of(fuse_req_t req)
{
	const struct mount_session *s = fuse_req_userdata(req);

	return s->config.tree;
}

/* ------------------------------------------------------------------ inodes */

static int
fill_entry(const struct mount_tree *t, uint32_t inode,
    struct fuse_entry_param *e)
{
	*e = (struct fuse_entry_param){
		.ino = mount_stat_id(inode),
		.attr_timeout = KEPT_SECONDS,
		.entry_timeout = KEPT_SECONDS,
	};
	return e->ino == 0 ? -EIO : mount_stat_get(t, inode, &e->attr);
}

static void
do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct mount_tree *t = tree_of(req);
	struct fuse_entry_param e;
	struct name_entry entry;

	const uint32_t id = names_lookup(t->names, mount_stat_inode(parent),
	    name, strlen(name));
	if (id == NAMES_NONE) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	names_entry(t->names, id, &entry);
	const int result = fill_entry(t, entry.inode, &e);
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_entry(req, &e);
}

static void
do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat st;

	(void)fi;
	const int result = mount_stat_get(tree_of(req), mount_stat_inode(ino),
	    &st);
	if (result != 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_attr(req, &st, KEPT_SECONDS);
}

static void
do_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct content *content;
	char target[PATH_MAX];

	int result = mount_tree_open(tree_of(req), mount_stat_inode(ino),
	    &content);
	if (result != 0) {
		fuse_reply_err(req, -result);
		return;
	}
	const ssize_t length = content_size(content) >= sizeof(target) ? -EIO :
	    content_read(content, 0, (uint8_t *)target, sizeof(target) - 1);
	content_close(content);
	if (length <= 0) {
		fuse_reply_err(req, length == 0 ? EIO : (int)-length);
		return;
	}
	target[length] = '\0';
	fuse_reply_readlink(req, target);
}

/* ------------------------------------------------------------------- files */

static struct content *
content_of(const struct fuse_file_info *fi)
{
	return (struct content *)(uintptr_t)fi->fh;
}

static void
do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct content *content;

	const int result = mount_tree_open(tree_of(req), mount_stat_inode(ino),
	    &content);
	if (result != 0) {
		fuse_reply_err(req, -result);
		return;
	}
	fi->fh = (uintptr_t)content;
	fi->keep_cache = 1;
	if (fuse_reply_open(req, fi) == -ENOENT)	/* interrupted */
		content_close(content);
}

static void
do_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	content_close(content_of(fi));
	fuse_reply_err(req, 0);
}

static void
do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	uint8_t *bytes = malloc(size + 1);

	if (bytes == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	const ssize_t length = content_read(content_of(fi), (uint64_t)offset,
	    bytes, size);
	if (length < 0) {
		mount_tree_tell_unread(tree_of(req), mount_stat_inode(ino),
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
	const int64_t result = content_seek(content_of(fi), (uint64_t)offset,
	    whence == SEEK_DATA);
	if (result < 0)
		fuse_reply_err(req, (int)-result);
	else
		fuse_reply_lseek(req, (off_t)result);
}

/* ------------------------------------------------------------- directories */

/* A directory that is being read. */
struct reading {
	fuse_req_t req;
	const struct mount_tree *tree;
	uint32_t inode;
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
	const uint32_t id = number == 0 ? NAMES_NONE :
	    names_of_directory(r->tree->names, r->inode);
	struct name_entry entry = { .directory = r->inode };

	if (id != NAMES_NONE)
		names_entry(r->tree->names, id, &entry);
	*e = (struct fuse_entry_param){
		.attr = { .st_mode = S_IFDIR, .st_ino = entry.directory },
	};
}

/* What cannot be read is a name all the same. */
static void
fill_named(const struct reading *r, const struct name_entry *entry,
    struct fuse_entry_param *e)
{
	if (r->plus && fill_entry(r->tree, entry->inode, e) == 0)
		return;
	*e = (struct fuse_entry_param){
		.attr = {
			.st_mode = entry->type,
			.st_ino = entry->inode,
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
		names_entry(r->tree->names,
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

static void
read_directory(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    bool plus)
{
	struct reading r = {
		.req = req,
		.tree = tree_of(req),
		.inode = mount_stat_inode(ino),
		.plus = plus,
		.room = size < DIRECTORY_BYTES ? size : DIRECTORY_BYTES,
	};
	uint32_t first, count;

	if (!mount_tree_is_directory(r.tree, r.inode)) {
		fuse_reply_err(req, ENOTDIR);
		return;
	}
	r.bytes = malloc(r.room + 1);
	if (r.bytes == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	names_in_directory(r.tree->names, r.inode, &first, &count);
	for (uint64_t i = offset < 0 ? 0 : (uint64_t)offset;
	    i < (uint64_t)count + SPECIAL_ENTRIES; i++)
		if (!add_entry(&r, i, first))
			break;
	fuse_reply_buf(req, r.bytes, r.used);
	free(r.bytes);
}

static void
do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	(void)fi;
	read_directory(req, ino, size, offset, false);
}

static void
do_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
    struct fuse_file_info *fi)
{
	(void)fi;
	read_directory(req, ino, size, offset, true);
}

static void
do_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->keep_cache = 1;
	fi->cache_readdir = 1;
	fuse_reply_open(req, fi);
}

/* -------------------------------------------------------------- attributes */

/* Of one attribute, or the names of all. */
struct attributes {
	const char *name;	/* NULL: the names */
	char *bytes;		/* owned */
	size_t length;
	size_t limit;
	int result;		/* 0, or a negative error */
	bool found;
};

static bool
append(struct attributes *a, const void *bytes, size_t length)
{
	if (length > a->limit - a->length) {
		a->result = -E2BIG;
		return false;
	}
	char *more = realloc(a->bytes, a->length + length + 1);
	if (more == NULL) {
		a->result = -ENOMEM;
		return false;
	}
	a->bytes = more;
	if (length > 0)
		memcpy(more + a->length, bytes, length);
	a->length += length;
	return true;
}

static bool
is_listed(const struct attributes *a, const char *name)
{
	for (size_t at = 0; at < a->length; at += strlen(a->bytes + at) + 1)
		if (strcmp(a->bytes + at, name) == 0)
			return true;
	return false;
}

static enum de_status
take(void *arg, const struct de_xattr *xattr)
{
	struct attributes *a = arg;

	if (a->name == NULL)
		return is_listed(a, xattr->name) || append(a, xattr->name,
		    strlen(xattr->name) + 1) ? DE_OK : DE_NO_MORE;
	if (strcmp(a->name, xattr->name) != 0)
		return DE_OK;
	a->found = append(a, xattr->value, xattr->value_length);
	return DE_NO_MORE;
}

static void
reply_attributes(fuse_req_t req, fuse_ino_t ino, struct attributes *a,
    size_t size)
{
	const int result = mount_tree_xattrs(tree_of(req),
	    mount_stat_inode(ino), take, a);

	if (a->result == 0 && !a->found)
		a->result = result != 0 ? result : a->name != NULL ? -ENODATA :
		    0;
	if (a->result != 0)
		fuse_reply_err(req, -a->result);
	else if (size == 0)
		fuse_reply_xattr(req, a->length);
	else if (a->length > size)
		fuse_reply_err(req, ERANGE);
	else
		fuse_reply_buf(req, a->bytes, a->length);
	free(a->bytes);
}

static void
do_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	struct attributes a = { .name = name, .limit = XATTR_SIZE_MAX };

	reply_attributes(req, ino, &a, size);
}

static void
do_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	struct attributes a = { .limit = XATTR_LIST_MAX };

	reply_attributes(req, ino, &a, size);
}

/* --------------------------------------------------------------- the whole */

static void
do_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct statvfs st = {
		.f_bsize = BLOCK,
		.f_frsize = BLOCK,
		.f_files = (fsfilcnt_t)mount_tree_count(tree_of(req)),
		.f_namemax = NAMES_LENGTH_MAX,
	};

	(void)ino;
	fuse_reply_statfs(req, &st);
}

/* Access control lists count, as they did. */
static void
do_init(void *arg, struct fuse_conn_info *conn)
{
	(void)arg;
	if ((conn->capable & FUSE_CAP_POSIX_ACL) != 0)
		conn->want |= FUSE_CAP_POSIX_ACL;
}

static const struct fuse_lowlevel_ops operations = {
	.init = do_init,
	.lookup = do_lookup,
	.getattr = do_getattr,
	.readlink = do_readlink,
	.open = do_open,
	.read = do_read,
	.release = do_release,
	.opendir = do_opendir,
	.readdir = do_readdir,
	.readdirplus = do_readdirplus,
	.statfs = do_statfs,
	.getxattr = do_getxattr,
	.listxattr = do_listxattr,
	.lseek = do_lseek,
};

/* ----------------------------------------------------------------- session */

/* "fsname=...": a comma would begin another option. */
static bool
put_name(FILE *out, const char *name)
{
	bool ok = fputs("ro,default_permissions,subtype=dumpengine,fsname=",
	    out) != EOF;

	for (; *name != '\0'; name++) {
		if (*name == ',' || *name == '\\')
			ok = fputc('\\', out) != EOF && ok;
		ok = fputc(*name, out) != EOF && ok;
	}
	return ok;
}

/* For libfuse; to be freed, NULL if out of memory. */
static char *
make_options(const struct mount_session_config *config)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return NULL;
	bool ok = put_name(out, config->set);
	if (config->options[0] != '\0')
		ok = fprintf(out, ",%s", config->options) > 0 && ok;
	ok = fclose(out) == 0 && ok;
	if (ok)
		return text;
	free(text);
	return NULL;
}

/* libfuse has said what it does not like. */
static bool
start(struct mount_session *s)
{
	char program[] = "dumpengine-mount", letter[] = "-o";
	char *options = make_options(&s->config);
	char *argv[] = { program, letter, options, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);

	if (options == NULL) {
		report(s->config.rep, DE_ERROR, "out of memory");
		return false;
	}
	s->fuse = fuse_session_new(&args, &operations, sizeof(operations), s);
	fuse_opt_free_args(&args);
	free(options);
	if (s->fuse == NULL) {
		report(s->config.rep, DE_ERROR, "FUSE cannot be used with "
		    "these options");
		return false;
	}
	s->is_mounted = fuse_session_mount(s->fuse, s->config.mountpoint) == 0;
	if (!s->is_mounted)
		report(s->config.rep, DE_ERROR, "%s: it cannot be mounted "
		    "there", s->config.mountpoint);
	return s->is_mounted;
}

struct mount_session *
mount_session_new(const struct mount_session_config *config)
{
	struct mount_session *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	s->config = *config;
	if (start(s))
		return s;
	mount_session_free(s);
	return NULL;
}

/* libfuse takes only those that nobody else has. */
static bool
take_signals(struct mount_session *s)
{
	return signal(SIGINT, SIG_DFL) != SIG_ERR &&
	    signal(SIGTERM, SIG_DFL) != SIG_ERR &&
	    signal(SIGHUP, SIG_DFL) != SIG_ERR &&
	    fuse_set_signal_handlers(s->fuse) == 0;
}

bool
mount_session_run(struct mount_session *s)
{
	struct fuse_loop_config config = {
		.clone_fd = 0,
		.max_idle_threads = IDLE_THREADS,
	};
	int result = -1;

	if (take_signals(s)) {
		result = fuse_session_loop_mt(s->fuse, &config);
		fuse_remove_signal_handlers(s->fuse);
	}
	if (result < 0)
		report(s->config.rep, DE_ERROR, "%s: FUSE has failed",
		    s->config.mountpoint);
	return result >= 0;
}

void
mount_session_free(struct mount_session *s)
{
	if (s == NULL)
		return;
	if (s->is_mounted)
		fuse_session_unmount(s->fuse);
	if (s->fuse != NULL)
		fuse_session_destroy(s->fuse);
	free(s);
}
