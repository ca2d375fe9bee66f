/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_attributes.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/mount/mount_target.h"

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

/* False after an answer. */
static bool
find(fuse_req_t req, fuse_ino_t ino, struct attributes *a, int *result)
{
	struct mount_target t;

	*result = 0;
	if (mount_target_is_top(req, ino) || mount_target_is_unknown(req, ino))
		return true;
	if (!mount_target_begin(req, ino, &t))
		return false;
	*result = mount_tree_xattrs(t.tree, t.inode, take, a);
	mount_target_end(&t);
	return true;
}

static void
reply(fuse_req_t req, fuse_ino_t ino, struct attributes *a, size_t size)
{
	int result;

	if (!find(req, ino, a, &result))
		return;
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

void
mount_attributes_get(fuse_req_t req, fuse_ino_t ino, const char *name,
    size_t size)
{
	struct attributes a = { .name = name, .limit = XATTR_SIZE_MAX };

	reply(req, ino, &a, size);
}

void
mount_attributes_list(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	struct attributes a = { .limit = XATTR_LIST_MAX };

	reply(req, ino, &a, size);
}
