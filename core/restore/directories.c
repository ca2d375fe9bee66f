/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/directories.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/growing.h"
#include "core/restore/metadata.h"
#include "core/select/inode_flags.h"

#define FIRST_ROOM 1024u	/* of the index; a power of 2 */

/* Found by `inode` through the index. */
struct record {
	int64_t atime;
	int64_t mtime;
	int64_t ctime;
	uint64_t size;
	uint64_t first_xattr;	/* 1 + its offset; 0: none */
	uint64_t last_xattr;
	uint32_t inode;
	uint32_t atime_ns;
	uint32_t mtime_ns;
	uint32_t ctime_ns;
	uint32_t uid;
	uint32_t gid;
	uint32_t links;
	uint32_t flags;
	uint32_t generation;
	uint32_t project;
	uint16_t mode;
	bool is_exact;		/* as in struct header */
	bool flags_are_linux;
};

/* The name, terminated, and the value follow. */
struct kept_xattr {
	uint64_t next;		/* 1 + its offset; 0: the last one */
	uint32_t name_bytes;
	uint32_t value_bytes;
};

struct directories {
	char *folder;
	struct growing records;
	struct growing xattrs;
	/* A hash table of 1 + record numbers, half of it 0; see `room`. */
	struct growing index;
	uint32_t room;
	bool any_folds_case;
};

struct directories *
directories_new(const char *folder)
{
	struct directories *d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->records.fd = -1;
	d->xattrs.fd = -1;
	d->index.fd = -1;
	d->folder = strdup(folder);
	if (d->folder == NULL || !growing_init(&d->records, folder) ||
	    !growing_init(&d->xattrs, folder) ||
	    !growing_init(&d->index, folder)) {
		const int error = errno;
		directories_free(d);
		errno = error;
		return NULL;
	}
	return d;
}

void
directories_free(struct directories *d)
{
	if (d == NULL)
		return;
	growing_free(&d->records);
	growing_free(&d->xattrs);
	growing_free(&d->index);
	free(d->folder);
	free(d);
}

/* ---------------------------------------------------------------- the index */

static struct record *
record_at(const struct directories *d, uint32_t number)
{
	return (struct record *)(void *)d->records.bytes + number;
}

static uint32_t
record_count(const struct directories *d)
{
	return (uint32_t)(d->records.used / sizeof(struct record));
}

/* Where in the index an inode is, or the free place for it. */
static uint32_t *
index_place(const struct directories *d, uint32_t inode)
{
	uint32_t *index = (uint32_t *)(void *)d->index.bytes;
	uint32_t i = (inode * UINT32_C(2654435769)) & (d->room - 1);

	while (index[i] != 0 && record_at(d, index[i] - 1)->inode != inode)
		i = (i + 1) & (d->room - 1);
	return &index[i];
}

static struct record *
find(const struct directories *d, uint32_t inode)
{
	if (d->room == 0)
		return NULL;
	const uint32_t number = *index_place(d, inode);
	return number == 0 ? NULL : record_at(d, number - 1);
}

/* Room for one more. */
static bool
index_grow(struct directories *d)
{
	struct growing larger;
	const uint32_t count = record_count(d);
	const uint32_t room = d->room == 0 ? FIRST_ROOM : d->room * 2;

	if (count < d->room / 2)
		return true;
	if (room == 0) {
		errno = EOVERFLOW;
		return false;
	}
	if (!growing_init(&larger, d->folder) ||
	    growing_add(&larger, (size_t)room * sizeof(uint32_t)) == NULL) {
		const int error = errno;
		growing_free(&larger);
		errno = error;
		return false;
	}
	growing_free(&d->index);
	d->index = larger;
	d->room = room;
	for (uint32_t i = 0; i < count; i++)
		*index_place(d, record_at(d, i)->inode) = i + 1;
	return true;
}

/* -------------------------------------------------------------- filling in */

static void
fill(struct record *r, const struct header *header)
{
	const struct de_inode *meta = &header->meta;

	*r = (struct record){
		.atime = meta->atime.seconds,
		.mtime = meta->mtime.seconds,
		.ctime = meta->ctime.seconds,
		.size = meta->size,
		.inode = header->inode,
		.atime_ns = meta->atime.nanoseconds,
		.mtime_ns = meta->mtime.nanoseconds,
		.ctime_ns = meta->ctime.nanoseconds,
		.uid = meta->uid,
		.gid = meta->gid,
		.links = meta->links,
		.flags = meta->flags,
		.generation = meta->generation,
		.project = meta->project,
		.mode = meta->mode,
		.is_exact = header->is_exact,
		.flags_are_linux = header->flags_are_linux,
	};
}

bool
directories_add(struct directories *d, const struct header *header)
{
	struct record *r = find(d, header->inode);

	if (r == NULL) {
		if (!index_grow(d))
			return false;
		const uint32_t number = record_count(d);
		r = growing_add(&d->records, sizeof(*r));
		if (r == NULL)
			return false;
		*index_place(d, header->inode) = number + 1;
	}
	fill(r, header);
	if (header->flags_are_linux &&
	    (header->meta.flags & INODE_CASEFOLD) != 0)
		d->any_folds_case = true;
	return true;
}

static struct kept_xattr *
xattr_at(const struct directories *d, uint64_t reference)
{
	return (struct kept_xattr *)(void *)(d->xattrs.bytes + reference - 1);
}

bool
directories_add_xattr(struct directories *d, uint32_t inode,
    const struct de_xattr *xattr)
{
	struct record *r = find(d, inode);
	const size_t name_bytes = strlen(xattr->name) + 1;
	const size_t bytes = sizeof(struct kept_xattr) + name_bytes +
	    xattr->value_length;

	if (r == NULL)
		return true;
	if (bytes > INT32_MAX) {
		errno = E2BIG;
		return false;
	}
	const uint64_t reference = d->xattrs.used + 1;
	struct kept_xattr *kept = growing_add(&d->xattrs,
	    (bytes + 7) & ~(size_t)7);
	if (kept == NULL)
		return false;
	kept->name_bytes = (uint32_t)name_bytes;
	kept->value_bytes = (uint32_t)xattr->value_length;
	char *texts = (char *)(kept + 1);
	memcpy(texts, xattr->name, name_bytes);
	if (xattr->value_length > 0)
		memcpy(texts + name_bytes, xattr->value, xattr->value_length);
	if (r->first_xattr == 0)
		r->first_xattr = reference;
	else
		xattr_at(d, r->last_xattr)->next = reference;
	r->last_xattr = reference;
	return true;
}

/* ------------------------------------------------------------------- asking */

static void
give(const struct record *r, struct de_inode *meta)
{
	*meta = (struct de_inode){
		.struct_size = sizeof(*meta),
		.number = r->inode,
		.mode = r->mode,
		.links = r->links,
		.uid = r->uid,
		.gid = r->gid,
		.size = r->size,
		.atime = { r->atime, r->atime_ns },
		.mtime = { r->mtime, r->mtime_ns },
		.ctime = { r->ctime, r->ctime_ns },
		.flags = r->flags,
		.generation = r->generation,
		.properties = r->first_xattr != 0 ? DE_INODE_HAS_XATTRS : 0,
		.project = r->project,
	};
}

bool
directories_get(const struct directories *d, uint32_t inode,
    struct directory_meta *meta)
{
	const struct record *r = find(d, inode);

	if (r == NULL)
		return false;
	give(r, &meta->inode);
	meta->is_exact = r->is_exact;
	meta->flags_are_linux = r->flags_are_linux;
	return true;
}

static void
xattr_give(const struct kept_xattr *kept, struct de_xattr *xattr)
{
	const char *texts = (const char *)(kept + 1);

	*xattr = (struct de_xattr){
		.struct_size = sizeof(*xattr),
		.name = texts,
		.value = texts + kept->name_bytes,
		.value_length = kept->value_bytes,
	};
}

void
directories_each_xattr(const struct directories *d, uint32_t inode,
    void (*take)(void *arg, const struct de_xattr *xattr), void *arg)
{
	const struct record *r = find(d, inode);
	uint64_t reference = r == NULL ? 0 : r->first_xattr;

	while (reference != 0) {
		const struct kept_xattr *kept = xattr_at(d, reference);
		struct de_xattr xattr;
		xattr_give(kept, &xattr);
		take(arg, &xattr);
		reference = kept->next;
	}
}

bool
directories_fold_case(const struct directories *d)
{
	return d->any_folds_case;
}

void
directories_make_casefold(const struct directories *d, uint32_t inode, int fd)
{
	const struct record *r = find(d, inode);
	int flags = 0;

	if (r == NULL || !r->flags_are_linux ||
	    ioctl(fd, FS_IOC_GETFLAGS, &flags) == -1 ||
	    (((uint32_t)flags ^ r->flags) & INODE_CASEFOLD) == 0)
		return;
	flags ^= (int)INODE_CASEFOLD;
	ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

/* ----------------------------------------------------------------- applying */

struct applying {
	const struct directories *d;
	struct metadata_object object;
	uint32_t inode;
	const char *sought;
	bool found;
};

static void
set_xattr(void *arg, const struct de_xattr *xattr)
{
	const struct applying *a = arg;

	metadata_set_xattr(&a->object, xattr);
}

static void
compare_name(void *arg, const struct de_xattr *xattr)
{
	struct applying *a = arg;

	a->found |= strcmp(xattr->name, a->sought) == 0;
}

static bool
is_in_set(const void *arg, const char *name)
{
	struct applying a = *(const struct applying *)arg;

	a.sought = name;
	a.found = false;
	directories_each_xattr(a.d, a.inode, compare_name, &a);
	return a.found;
}

/* In the order in which one step does not take back another. */
static void
apply_record(struct applying *a, const struct record *r)
{
	struct metadata_object *o = &a->object;
	struct de_inode meta;

	give(r, &meta);
	metadata_unprotect(o->fd);
	metadata_set_owner(o, &meta);
	directories_each_xattr(a->d, a->inode, set_xattr, a);
	metadata_remove_xattrs(o, is_in_set, a);
	metadata_set_mode(o, &meta);
	if (r->is_exact)
		metadata_set_project(o, &meta);
	metadata_set_times(o, &meta);
	if (r->flags_are_linux)
		metadata_set_flags(o, meta.flags);
}

/* Its owner cannot read it, but may let himself. */
static int
reopen(int path_only)
{
	char path[sizeof("/proc/self/fd/") + 12];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_only);
	if (chmod(path, 0700) == -1)
		return -1;
	return openat(path_only, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool
is_path_only(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags != -1 && (flags & O_PATH) != 0;
}

static void
apply(struct applying *a, struct target *target, const struct record *r)
{
	int fd = target_directory(target, 0, a->inode);
	const bool is_own = fd != -1 && !a->object.rules->is_root &&
	    is_path_only(fd);

	if (is_own)
		fd = reopen(fd);
	if (fd == -1) {
		outcome_add(a->object.rules->outcome, OUTCOME_ATTRIBUTE,
		    a->inode, "the owner, mode and times of this directory "
		    "cannot be set: %s", strerror(errno));
		return;
	}
	a->object.fd = fd;
	apply_record(a, r);
	if (is_own)
		close(fd);
}

void
directories_apply(struct directories *d, struct target *target,
    const struct names *names, const struct inomap *wanted,
    const struct restore_settings *settings, struct outcome *outcome)
{
	struct metadata_rules rules;

	if (settings->dry_run)
		return;
	metadata_rules_init(&rules, settings, outcome);
	/* A directory has a higher number than the one it is in. */
	for (uint32_t i = names_directory_count(names); i-- > 0;) {
		struct applying a = {
			.d = d,
			.inode = names_directory(names, i),
		};
		const struct record *r = find(d, a.inode);
		if (r == NULL ||
		    (wanted != NULL && !inomap_has(wanted, a.inode)))
			continue;
		a.object = (struct metadata_object){
			.rules = &rules,
			.inode = a.inode,
			.fd = -1,
			.directory = -1,
		};
		apply(&a, target, r);
	}
}
