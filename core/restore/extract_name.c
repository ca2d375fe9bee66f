/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/restore/extract_own.h"

/* Flags that a new file may get from the directory that it is made in. */
#define INHERITED ((uint32_t)(FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | \
    FS_SYNC_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_NOCOMP_FL | \
    FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_NOCOW_FL | FS_DAX_FL | \
    FS_PROJINHERIT_FL))

static bool
is_wanted(const struct extract *e, uint32_t id)
{
	return e->config.wanted == NULL || inomap_has(e->config.wanted, id + 1);
}

/* The first wanted name of an inode from `id` on. */
uint32_t
extract_wanted_from(const struct extract *e, uint32_t id)
{
	while (id != NAMES_NONE && !is_wanted(e, id))
		id = names_next_of_inode(e->config.names, id);
	return id;
}

uint32_t
extract_next_name(const struct extract *e, uint32_t id)
{
	if (e->config.settings->by_number)
		return NAMES_NONE;
	return extract_wanted_from(e, names_next_of_inode(e->config.names, id));
}

/*
 * The directory of a name, opened, and the name in it, terminated.  -1 with
 * errno set.
 */
int
extract_open_parent(struct extract *e, unsigned int worker, uint32_t id,
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
char *
extract_path(const struct extract *e, uint32_t id)
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

void
extract_tell(const struct extract *e, uint32_t id)
{
	if (!e->config.settings->verbose)
		return;
	char *path = extract_path(e, id);
	if (path != NULL)
		report(e->config.rep, DE_INFO, "extract %s", path);
	free(path);
}

/* A name for in_way.h; free its path. */
struct in_way_name
extract_in_way_name(const struct file *f, uint32_t id, uint32_t directory,
    int fd, const char *name)
{
	const char *path = extract_path(f->e, id);
	const bool is_first = !f->e->config.settings->by_number &&
	    id == names_of_inode(f->e->config.names, f->header->inode);

	return (struct in_way_name){
		.fd = fd,
		.directory = directory,
		.name = name,
		.path = path == NULL ? name : path,
		.subject = is_first ? "it" : path == NULL ? name : path,
		.inode = f->header->inode,
		.meta = f->meta,
	};
}

void
extract_free_path(const struct in_way_name *n)
{
	if (n->path != n->name)
		free((char *)(uintptr_t)n->path);
}

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

/* Its directory and name; false: it cannot be reached, which is named. */
bool
extract_go_to_name(struct file *f, uint32_t id)
{
	f->object.directory = extract_open_parent(f->e, f->worker, id,
	    &f->directory, f->name);
	if (f->object.directory == -1) {
		extract_fault(f, "its directory cannot be opened: %s",
		    strerror(errno));
		return false;
	}
	f->parent = parent_of(f, f->directory, f->object.directory);
	return true;
}
