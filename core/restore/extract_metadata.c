/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "core/restore/extract_own.h"

#define XATTR_NAMES_MAX XATTR_LIST_MAX

/* A new file has our user and group, if its directory has. */
static bool
has_right_owner(const struct file *f)
{
	return !f->header->metadata_only && f->parent->is_ours &&
	    f->meta->uid == f->e->uid && f->meta->gid == f->e->gid;
}

/* Once, and before anything that a change of owner would take back. */
void
extract_set_owner(struct file *f)
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

void
extract_add_xattr(struct file *f, const struct de_xattr *xattr)
{
	extract_set_owner(f);
	if (metadata_set_xattr(&f->object, xattr))
		note_xattr(f, xattr->name);
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

static void
set_project(struct file *f)
{
	if (f->header->is_exact && (f->meta->project != 0 ||
	    f->parent->gives_project || f->header->metadata_only))
		metadata_set_project(&f->object, f->meta);
}

void
extract_set_metadata(struct file *f)
{
	extract_set_owner(f);
	remove_other_xattrs(f);
	metadata_set_mode(&f->object, f->meta);
	set_project(f);
	metadata_set_times(&f->object, f->meta);
}

void
extract_set_flags(struct file *f)
{
	if (f->header->flags_are_linux &&
	    (metadata_settable_flags(f->meta->flags) != 0 ||
	    f->parent->gives_flags || f->header->metadata_only))
		metadata_set_flags(&f->object, f->meta->flags);
}
