/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/restore/in_way.h"
#include "core/restore/metadata.h"

#define NAME_BYTES 256
#define TRIES 8			/* others may work in the target, too */
#define PARENTS 64u		/* directories that a worker remembers */
#define XATTR_NAMES_MAX XATTR_LIST_MAX

/* Flags that a new file may get from the directory that it is made in. */
#define INHERITED ((uint32_t)(FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | \
    FS_SYNC_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_NOCOMP_FL | \
    FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_NOCOW_FL | FS_DAX_FL | \
    FS_PROJINHERIT_FL))

/* What a new file gets from its directory, so that it can be taken back. */
struct parent {
	uint32_t directory;	/* 0: unknown */
	bool gives_list;	/* an access control list */
	bool gives_flags;
	bool gives_project;
	bool is_ours;		/* has our user and group, as files will */
};

/* The inode that a worker is at. */
struct file {
	struct extract *e;
	unsigned int worker;
	const struct header *header;
	const struct de_inode *meta;	/* in `header` */

	uint32_t id;			/* entry of its name; NAMES_NONE */
	char name[NAME_BYTES];		/* in object.directory */
	const struct parent *parent;
	struct metadata_object object;
	bool is_made;
	bool owner_is_set;
	bool has_access_list;		/* set from the stream */
	bool has_left;			/* a name that stays what it was */
	bool is_faulty;			/* and has been named */
	uint64_t end;			/* of the data written */

	char *link;			/* PATH_MAX + 1: target of a link */
	size_t link_length;
	char *xattrs;			/* names set, each terminated */
	size_t xattrs_length;
	bool xattrs_lost;

	struct parent parents[PARENTS];
} __attribute__((aligned(64)));

struct extract {
	struct extract_config config;
	struct metadata_rules rules;
	struct in_way *in_way;
	struct file *files;		/* one for each worker */
	unsigned int workers;
	uid_t uid;
	gid_t gid;
	atomic_uint_fast64_t made;
	atomic_uint_fast64_t bytes;
	atomic_int verdict;
	pthread_mutex_t lock;		/* guards the following */
	struct inomap done;
	struct inomap seen;
};

/* ---------------------------------------------------------- beginning, end */

struct extract *
extract_new(const struct extract_config *config)
{
	struct extract *e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->config = *config;
	e->workers = config->settings->workers;
	e->uid = geteuid();
	e->gid = getegid();
	metadata_rules_init(&e->rules, config->settings, config->outcome);
	pthread_mutex_init(&e->lock, NULL);
	e->in_way = in_way_new(config->settings, config->outcome, config->ask,
	    config->ask_arg);
	const size_t bytes = e->workers * sizeof(*e->files);
	e->files = aligned_alloc(_Alignof(struct file), bytes);
	if (e->in_way == NULL || e->files == NULL)
		goto free_extract;
	memset(e->files, 0, bytes);
	if (!inomap_init(&e->done, config->max_inode) ||
	    !inomap_init(&e->seen, config->max_inode))
		goto free_extract;
	return e;

free_extract:
	extract_free(e);
	return NULL;
}

void
extract_free(struct extract *e)
{
	if (e == NULL)
		return;
	for (unsigned int i = 0; e->files != NULL && i < e->workers; i++) {
		free(e->files[i].link);
		free(e->files[i].xattrs);
	}
	free(e->files);
	in_way_free(e->in_way);
	inomap_free(&e->done);
	inomap_free(&e->seen);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

const struct inomap *
extract_done(const struct extract *e)
{
	return &e->done;
}

const struct inomap *
extract_seen(const struct extract *e)
{
	return &e->seen;
}

uint64_t
extract_files(const struct extract *e)
{
	return atomic_load(&e->made);
}

uint64_t
extract_bytes(const struct extract *e)
{
	return atomic_load(&e->bytes);
}

enum verdict
extract_verdict(const struct extract *e)
{
	const enum verdict verdict = (enum verdict)atomic_load(&e->verdict);

	return verdict != VERDICT_GO_ON ? verdict : in_way_verdict(e->in_way);
}

/* ------------------------------------------------------------------ faults */

static void fault(struct file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
fault(struct file *f, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	f->is_faulty = true;
	outcome_add(f->e->config.outcome, OUTCOME_MISSING, f->header->inode,
	    "%s", text);
}

/* ENOSPC says so as well if only a directory or an attribute has no room. */
static bool
is_full(int directory)
{
	struct statvfs st;

	return fstatvfs(directory, &st) == -1 || st.f_bavail == 0 ||
	    st.f_bfree == 0 || (st.f_files > 0 && st.f_favail == 0);
}

static const char *
why_ended(const struct file *f, int error)
{
	const int fd = f->object.fd != -1 ? f->object.fd : f->object.directory;

	if (error == ENOSPC && is_full(fd))
		return "the target is full; make room there, and restore "
		    "again";
	if (error == EDQUOT)
		return "the disk quota of the target is exceeded; raise it, "
		    "and restore again";
	if (error == EROFS)
		return "the target is mounted read-only; if this is not by "
		    "intent, look in the kernel log for errors, and restore "
		    "again";
	return NULL;
}

/* Does the failure of a step end the run? */
static void
check_end(struct file *f, int error)
{
	const char *why = why_ended(f, error);
	int before = VERDICT_GO_ON;

	if (why != NULL && atomic_compare_exchange_strong(&f->e->verdict,
	    &before, VERDICT_ABORT))
		report(f->e->config.rep, DE_ERROR, "%s", why);
}

/* ------------------------------------------------------------------- names */

static bool
is_wanted(const struct extract *e, uint32_t id)
{
	return e->config.wanted == NULL || inomap_has(e->config.wanted, id + 1);
}

/* The first wanted name of an inode from `id` on. */
static uint32_t
wanted_from(const struct extract *e, uint32_t id)
{
	while (id != NAMES_NONE && !is_wanted(e, id))
		id = names_next_of_inode(e->config.names, id);
	return id;
}

static uint32_t
next_wanted(const struct extract *e, uint32_t id)
{
	if (e->config.settings->by_number)
		return NAMES_NONE;
	return wanted_from(e, names_next_of_inode(e->config.names, id));
}

/*
 * The directory of a name, opened, and the name in it, terminated.  -1 with
 * errno set.
 */
static int
open_parent(struct extract *e, unsigned int worker, uint32_t id,
    uint32_t *directory, char name[static NAME_BYTES])
{
	struct name_entry entry;

	names_entry(e->config.names, id, &entry);
	*directory = entry.directory;
	if (e->config.settings->by_number) {
		snprintf(name, NAME_BYTES, "%" PRIu32, entry.inode);
		*directory = NAMES_ROOT;
	} else if (entry.length < NAME_BYTES) {
		memcpy(name, entry.name, entry.length);
		name[entry.length] = '\0';
	} else {
		errno = ENAMETOOLONG;
		return -1;
	}
	return target_directory(e->config.target, worker, *directory);
}

/* For messages; in memory that the caller frees. */
static char *
path_of(const struct extract *e, uint32_t id)
{
	if (e->config.settings->by_number) {
		struct name_entry entry;
		char *path;
		names_entry(e->config.names, id, &entry);
		return asprintf(&path, "./%" PRIu32, entry.inode) == -1 ? NULL :
		    path;
	}
	return names_path(e->config.names, id);
}

/* A name for in_way.h; free its path. */
static struct in_way_name
in_way_name(const struct file *f, uint32_t id, int directory, const char *name)
{
	const char *path = path_of(f->e, id);

	return (struct in_way_name){
		.directory = directory,
		.name = name,
		.path = path == NULL ? name : path,
		.inode = f->header->inode,
		.meta = f->meta,
	};
}

static void
free_path(const struct in_way_name *n)
{
	if (n->path != n->name)
		free((char *)(uintptr_t)n->path);
}

/* ---------------------------------------------------- what directories give */

static void
look_at_parent(const struct extract *e, struct parent *p, int directory)
{
	struct stat st;
	int flags = 0;

	/* Unless it can be seen that it gives nothing, it may. */
	const bool has_flags = ioctl(directory, FS_IOC_GETFLAGS, &flags) == 0;
	p->gives_list = fgetxattr(directory, "system.posix_acl_default", NULL,
	    0) != -1 || errno == EBADF;
	p->gives_flags = has_flags ? ((uint32_t)flags & INHERITED) != 0 :
	    errno == EBADF;
	p->gives_project = has_flags ? (flags & FS_PROJINHERIT_FL) != 0 :
	    errno == EBADF;
	p->is_ours = fstat(directory, &st) == 0 && st.st_uid == e->uid &&
	    st.st_gid == e->gid;
}

static const struct parent *
parent_of(struct file *f, uint32_t directory, int fd)
{
	struct parent *p = &f->parents[directory % PARENTS];

	if (p->directory != directory || directory == 0) {
		look_at_parent(f->e, p, fd);
		p->directory = directory;
	}
	return p;
}

/* --------------------------------------------------------------- making it */

static int
make_node(const struct file *f)
{
	const mode_t type = f->meta->mode & S_IFMT;
	const dev_t device = type == S_IFCHR || type == S_IFBLK ?
	    makedev(f->meta->device_major, f->meta->device_minor) : 0;

	return mknodat(f->object.directory, f->name, type | 0600, device);
}

/* 0, or -1 with errno set: EEXIST if anything has that name. */
static int
make_once(struct file *f)
{
	if (S_ISLNK(f->meta->mode))
		return symlinkat(f->link, f->object.directory, f->name);
	if (!S_ISREG(f->meta->mode))
		return make_node(f);
	f->object.fd = openat(f->object.directory, f->name, O_WRONLY | O_CREAT |
	    O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return f->object.fd == -1 ? -1 : 0;
}

static void
making_failed(struct file *f, uint32_t id, int error)
{
	char *path = path_of(f->e, id);

	check_end(f, error);
	if (error == EPERM && !f->e->rules.is_root &&
	    (S_ISCHR(f->meta->mode) || S_ISBLK(f->meta->mode)))
		outcome_not_permitted(f->e->config.outcome, "devices");
	else
		fault(f, "%s cannot be made: %s", path == NULL ? f->name : path,
		    strerror(error));
	free(path);
}

static bool
is_forbidden(int error)
{
	return error == EPERM || error == EACCES;
}

/* Make it, removing what is in the way if that is allowed. */
static bool
make_replacing(struct file *f, uint32_t id)
{
	bool opened = false;

	for (int tries = 0; tries < TRIES; tries++) {
		if (make_once(f) == 0)
			return true;
		if (is_forbidden(errno) && !opened && (opened =
		    in_way_open_directory(f->e->in_way, f->object.directory)))
			continue;
		if (errno != EEXIST)
			break;
		const struct in_way_name n = in_way_name(f, id,
		    f->object.directory, f->name);
		const enum in_way_result result = in_way_clear(f->e->in_way,
		    &n);
		free_path(&n);
		if (result == IN_WAY_GONE)
			continue;
		f->has_left = true;
		f->is_faulty |= result == IN_WAY_FAILED;
		return false;
	}
	making_failed(f, id, errno);
	return false;
}

/* Its directory and name; false: it cannot be reached, which is named. */
static bool
go_to_name(struct file *f, uint32_t id)
{
	uint32_t directory;

	f->object.directory = open_parent(f->e, f->worker, id, &directory,
	    f->name);
	if (f->object.directory == -1) {
		fault(f, "its directory cannot be opened: %s",
		    strerror(errno));
		return false;
	}
	f->parent = parent_of(f, directory, f->object.directory);
	return true;
}

static void
tell(const struct extract *e, uint32_t id)
{
	if (!e->config.settings->verbose)
		return;
	char *path = path_of(e, id);
	if (path != NULL)
		report(e->config.rep, DE_INFO, "extract %s", path);
	free(path);
}

/* Under the first of its names that may be made. */
static void
make(struct file *f)
{
	while (f->id != NAMES_NONE) {
		if (go_to_name(f, f->id) && make_replacing(f, f->id)) {
			f->is_made = true;
			tell(f->e, f->id);
			return;
		}
		f->id = next_wanted(f->e, f->id);
	}
}

/* ------------------------------------------------ changing what is there */

/* A regular file is opened; false with errno set. */
static bool
open_existing(struct file *f)
{
	struct stat st;

	if (fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return false;
	if ((st.st_mode & S_IFMT) != (f->meta->mode & S_IFMT)) {
		errno = EEXIST;
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	f->object.fd = openat(f->object.directory, f->name, O_RDONLY |
	    O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	/* Without descriptor, owner, mode and times can still be set. */
	return f->object.fd != -1 || errno == EACCES;
}

/* Another hard link may be anybody's file. */
static bool
has_foreign_links(const struct file *f)
{
	const struct names *names = f->e->config.names;
	struct stat st;
	nlink_t known = 0;

	for (uint32_t id = names_of_inode(names, f->header->inode);
	    id != NAMES_NONE; id = names_next_of_inode(names, id))
		known++;
	return fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW)
	    == -1 || st.st_nlink > known;
}

static bool
may_change(struct file *f)
{
	const struct in_way_name n = in_way_name(f, f->id, f->object.directory,
	    f->name);
	const enum in_way_result result = in_way_may_replace(f->e->in_way, &n);

	free_path(&n);
	f->has_left = result != IN_WAY_GONE;
	f->is_faulty |= result == IN_WAY_FAILED;
	return result == IN_WAY_GONE;
}

/* The set has only its metadata: its contents are there already. */
static void
find_existing(struct file *f)
{
	if (!go_to_name(f, f->id) || !may_change(f))
		return;
	if (!open_existing(f)) {
		fault(f, "the set has only its owner, mode and times, and the "
		    "file itself is not in the target: %s; restore the "
		    "previous level first", strerror(errno));
		return;
	}
	if (has_foreign_links(f)) {
		fault(f, "its owner, mode and times are left as they are, as "
		    "it has hard links that are not in the set");
		return;
	}
	if (f->object.fd != -1)
		metadata_unprotect(f->object.fd);
	f->is_made = true;
	tell(f->e, f->id);
}

/* ------------------------------------------------------------------- begin */

static bool
is_known_type(mode_t mode)
{
	return S_ISREG(mode) || S_ISLNK(mode) || S_ISFIFO(mode) ||
	    S_ISSOCK(mode) || S_ISCHR(mode) || S_ISBLK(mode);
}

/* It is not to be made, whatever names it has; said why, if it matters. */
static bool
is_left_out(struct file *f)
{
	const mode_t mode = f->meta->mode;

	if (!is_known_type(mode)) {
		fault(f, "it is of an unknown type (mode 0%o)",
		    (unsigned int)mode);
		return true;
	}
	if (f->e->config.settings->untrusted &&
	    (S_ISCHR(mode) || S_ISBLK(mode))) {
		outcome_add(f->e->config.outcome, OUTCOME_NOTE,
		    f->header->inode, "this device is left out, as the stream "
		    "is not trusted");
		f->has_left = true;
		return true;
	}
	return false;
}

static void
file_begin(struct file *f, struct extract *e, unsigned int worker,
    const struct header *header, uint32_t id)
{
	f->e = e;
	f->worker = worker;
	f->header = header;
	f->meta = &header->meta;
	f->id = id;
	f->object = (struct metadata_object){
		.rules = &e->rules,
		.inode = header->inode,
		.fd = -1,
		.directory = -1,
		.name = f->name,
		.is_link = S_ISLNK(header->meta.mode),
	};
	f->is_made = false;
	f->owner_is_set = false;
	f->has_access_list = false;
	f->has_left = false;
	f->is_faulty = false;
	f->end = 0;
	f->link_length = 0;
	f->xattrs_length = 0;
	f->xattrs_lost = false;
}

static void *
begin(void *arg, unsigned int worker, const struct header *header)
{
	struct extract *e = arg;
	struct file *f = &e->files[worker];

	if (header->is_hidden || S_ISDIR(header->meta.mode) ||
	    extract_verdict(e) != VERDICT_GO_ON)
		return NULL;
	const uint32_t id = wanted_from(e, names_of_inode(e->config.names,
	    header->inode));
	if (id == NAMES_NONE)
		return NULL;
	file_begin(f, e, worker, header, id);
	if (is_left_out(f)) {
		f->id = NAMES_NONE;
		return f;
	}
	if (e->config.settings->dry_run)
		tell(e, id);
	else if (header->metadata_only)
		find_existing(f);
	else if (!S_ISLNK(f->meta->mode))
		make(f);
	return f;
}

/* ---------------------------------------------------------------- contents */

static bool
write_all(int fd, const uint8_t *bytes, size_t length, uint64_t offset)
{
	while (length > 0) {
		const ssize_t n = pwrite(fd, bytes, length, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		bytes += n;
		length -= (size_t)n;
		offset += (uint64_t)n;
	}
	return true;
}

static void
range_fault(struct file *f, uint64_t offset, uint64_t length, const char *what,
    const char *why)
{
	fault(f, "bytes %" PRIu64 " to %" PRIu64 " %s: %s", offset,
	    offset + length - 1, what, why);
}

static void
add_to_link(struct file *f, uint64_t offset, const uint8_t *bytes,
    size_t length)
{
	if (f->link == NULL)
		f->link = malloc(PATH_MAX + 1);
	if (f->link == NULL || offset != f->link_length ||
	    length > PATH_MAX - f->link_length) {
		if (!f->is_faulty)
			fault(f, "the target of this link is too long or in "
			    "pieces");
		return;
	}
	memcpy(f->link + offset, bytes, length);
	f->link_length += length;
}

static void
data(void *inode, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct file *f = inode;

	if (length == 0)
		return;
	if (S_ISLNK(f->meta->mode))
		add_to_link(f, offset, bytes, length);
	if (f->object.fd == -1 || f->header->metadata_only ||
	    extract_verdict(f->e) != VERDICT_GO_ON)
		return;
	if (!write_all(f->object.fd, bytes, length, offset)) {
		const int error = errno;
		check_end(f, error);
		range_fault(f, offset, length, "cannot be written",
		    strerror(error));
		return;
	}
	f->end = offset + length;
	atomic_fetch_add_explicit(&f->e->bytes, length, memory_order_relaxed);
}

/* Nothing is written: the size is set at the end. */
static void
hole(void *inode, uint64_t offset, uint64_t length)
{
	(void)inode;
	(void)offset;
	(void)length;
}

static void
lost(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	if (length > 0)
		range_fault(inode, offset, length, "are lost", why);
}

/* -------------------------------------------------------------- attributes */

/* A link needs its whole target. */
static void
make_link_itself(struct file *f)
{
	if (f->is_made || f->is_faulty || f->id == NAMES_NONE ||
	    f->header->metadata_only || f->e->config.settings->dry_run)
		return;
	if (f->link_length > f->meta->size)
		f->link_length = (size_t)f->meta->size;
	if (f->link_length > 0)
		f->link[f->link_length] = '\0';
	if (f->link_length == 0 || f->link[0] == '\0') {
		fault(f, "the target of this link is missing");
		return;
	}
	make(f);
}

/* A new file has our user and group, if its directory has. */
static bool
has_right_owner(const struct file *f)
{
	return !f->header->metadata_only && f->parent->is_ours &&
	    f->meta->uid == f->e->uid && f->meta->gid == f->e->gid;
}

/* Once, and before anything that a change of owner would take back. */
static void
set_owner(struct file *f)
{
	if (!f->owner_is_set && !has_right_owner(f))
		metadata_set_owner(&f->object, f->meta);
	f->owner_is_set = true;
}

static void
note_xattr(struct file *f, const char *name)
{
	const size_t length = strlen(name) + 1;

	if (strcmp(name, "system.posix_acl_access") == 0)
		f->has_access_list = true;
	if (!f->header->metadata_only)
		return;
	if (f->xattrs == NULL)
		f->xattrs = malloc(XATTR_NAMES_MAX);
	if (f->xattrs == NULL || length > XATTR_NAMES_MAX - f->xattrs_length) {
		f->xattrs_lost = true;
		return;
	}
	memcpy(f->xattrs + f->xattrs_length, name, length);
	f->xattrs_length += length;
}

static void
xattr(void *inode, const struct de_xattr *attribute)
{
	struct file *f = inode;

	if (f->object.is_link)
		make_link_itself(f);
	if (!f->is_made)
		return;
	set_owner(f);
	if (metadata_set_xattr(&f->object, attribute))
		note_xattr(f, attribute->name);
}

static void
lost_xattrs(void *inode, const char *why)
{
	struct file *f = inode;

	f->xattrs_lost = true;
	f->is_faulty = true;
	outcome_add(f->e->config.outcome, OUTCOME_ATTRIBUTE, f->header->inode,
	    "attributes are lost: %s", why);
}

static bool
keeps_xattr(const void *arg, const char *name)
{
	const struct file *f = arg;

	for (size_t at = 0; at < f->xattrs_length;
	    at += strlen(f->xattrs + at) + 1)
		if (strcmp(f->xattrs + at, name) == 0)
			return true;
	return false;
}

/* What the file has, but not from the set. */
static void
remove_other_xattrs(struct file *f)
{
	if (f->header->metadata_only) {
		if (!f->xattrs_lost)
			metadata_remove_xattrs(&f->object, keeps_xattr, f);
	} else if (f->parent->gives_list && !f->has_access_list &&
	    f->object.fd != -1) {
		fremovexattr(f->object.fd, "system.posix_acl_access");
	}
}

/* --------------------------------------------------------------------- end */

static void
cut_to_size(struct file *f)
{
	const uint64_t size = f->meta->size;

	if (f->object.fd == -1 || f->header->metadata_only || f->end == size)
		return;
	if (size > INT64_MAX)
		fault(f, "its size of %" PRIu64 " bytes is impossible", size);
	else if (ftruncate(f->object.fd, (off_t)size) == -1)
		fault(f, "its size cannot be set to %" PRIu64 " bytes: %s",
		    size, strerror(errno));
}

static void
set_project(struct file *f)
{
	if (f->header->is_exact && (f->meta->project != 0 ||
	    f->parent->gives_project || f->header->metadata_only))
		metadata_set_project(&f->object, f->meta);
}

static void
set_flags(struct file *f)
{
	if (f->header->flags_are_linux &&
	    (metadata_settable_flags(f->meta->flags) != 0 ||
	    f->parent->gives_flags || f->header->metadata_only))
		metadata_set_flags(&f->object, f->meta->flags);
}

static void
link_failed(struct file *f, uint32_t id, int error)
{
	char *path = path_of(f->e, id);

	check_end(f, error);
	fault(f, "its other name %s cannot be made: %s",
	    path == NULL ? "" : path, error == EMLINK ?
	    "the target allows no more hard links to a file" :
	    strerror(error));
	free(path);
}

static void
link_name(struct file *f, uint32_t id, int from)
{
	char name[NAME_BYTES];
	uint32_t directory;
	const int to = open_parent(f->e, f->worker, id, &directory, name);
	bool opened = false;

	for (int tries = 0; to != -1 && tries < TRIES; tries++) {
		if (linkat(from, f->name, to, name, 0) == 0) {
			tell(f->e, id);
			return;
		}
		if (is_forbidden(errno) && !opened &&
		    (opened = in_way_open_directory(f->e->in_way, to)))
			continue;
		if (errno != EEXIST)
			break;
		const struct in_way_name n = in_way_name(f, id, to, name);
		const enum in_way_result result = in_way_clear(f->e->in_way,
		    &n);
		free_path(&n);
		if (result == IN_WAY_GONE)
			continue;
		f->is_faulty |= result == IN_WAY_FAILED;
		return;
	}
	link_failed(f, id, errno);
}

/* All names but the one that it was made under. */
static void
link_others(struct file *f)
{
	uint32_t id = next_wanted(f->e, f->id);

	if (id == NAMES_NONE || f->header->metadata_only)
		return;
	/* The descriptor of its directory goes with the next call. */
	const int from = fcntl(f->object.directory, F_DUPFD_CLOEXEC, 0);
	if (from == -1) {
		link_failed(f, id, errno);
		return;
	}
	for (; id != NAMES_NONE; id = next_wanted(f->e, id))
		link_name(f, id, from);
	close(from);
}

/* In the order in which one step does not take back another. */
static void
finish(struct file *f)
{
	cut_to_size(f);
	set_owner(f);
	remove_other_xattrs(f);
	metadata_set_mode(&f->object, f->meta);
	set_project(f);
	metadata_set_times(&f->object, f->meta);
	link_others(f);
	set_flags(f);
	if (f->object.fd != -1 && close(f->object.fd) == -1) {
		check_end(f, errno);
		fault(f, "it cannot be written: %s", strerror(errno));
	}
}

static void
count(struct file *f)
{
	struct extract *e = f->e;

	if (f->is_made)
		atomic_fetch_add_explicit(&e->made, 1, memory_order_relaxed);
	pthread_mutex_lock(&e->lock);
	inomap_add(&e->seen, f->header->inode);
	if (f->is_made && !f->is_faulty && !f->has_left)
		inomap_add(&e->done, f->header->inode);
	pthread_mutex_unlock(&e->lock);
}

static void
end(void *inode, bool complete)
{
	struct file *f = inode;

	if (!complete && !f->is_faulty)
		fault(f, "it was not restored to its end");
	if (S_ISLNK(f->meta->mode))
		make_link_itself(f);
	if (f->is_made)
		finish(f);
	count(f);
}

const struct crew_work extract_work = {
	.begin = begin,
	.data = data,
	.hole = hole,
	.lost = lost,
	.xattr = xattr,
	.lost_xattrs = lost_xattrs,
	.end = end,
};

/* --------------------------------------------------------- late attributes */

/* The file is there and has got everything else, flags as well. */
static void
set_late(struct file *f, const struct de_xattr *attribute)
{
	int flags = 0;
	const bool was_protected = f->object.fd != -1 &&
	    ioctl(f->object.fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	    metadata_unprotect(f->object.fd);

	metadata_set_xattr(&f->object, attribute);
	if (was_protected)
		metadata_set_flags(&f->object, (uint32_t)flags);
}

void
extract_late_xattr(struct extract *e, uint32_t inode,
    const struct de_xattr *attribute)
{
	struct file *f = &e->files[0];
	struct header header = { .inode = inode };
	struct stat st;

	if (!inomap_has(&e->done, inode))
		return;
	const uint32_t id = wanted_from(e, names_of_inode(e->config.names,
	    inode));
	if (id == NAMES_NONE)
		return;
	file_begin(f, e, 0, &header, id);
	if (!go_to_name(f, id))
		return;
	if (fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    0)
		header.meta.mode = (uint16_t)st.st_mode;
	if (!open_existing(f)) {
		outcome_add(e->config.outcome, OUTCOME_ATTRIBUTE, inode,
		    "its attribute %s cannot be set: %s", attribute->name,
		    strerror(errno));
		return;
	}
	set_late(f, attribute);
	if (f->object.fd != -1)
		close(f->object.fd);
}
