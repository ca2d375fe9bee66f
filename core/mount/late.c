/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/late.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/growing.h"

struct late {
	struct growing list;		/* struct attribute, by inode */
	struct growing bytes;		/* names, terminated, and values */
};

struct attribute {
	uint64_t name;			/* where it is in `bytes` */
	uint32_t length;		/* of the value, behind the name */
	uint32_t inode;
};

struct late *
late_new(const char *folder)
{
	struct late *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	if (growing_init(&l->list, folder) && growing_init(&l->bytes, folder))
		return l;
	late_free(l);
	return NULL;
}

void
late_free(struct late *l)
{
	if (l == NULL)
		return;
	growing_free(&l->list);
	growing_free(&l->bytes);
	free(l);
}

static const struct attribute *
list_of(const struct late *l, size_t *count)
{
	*count = l->list.used / sizeof(struct attribute);
	return (const struct attribute *)(const void *)l->list.bytes;
}

bool
late_add(struct late *l, uint32_t inode, const struct de_xattr *xattr)
{
	const size_t name = strlen(xattr->name) + 1;
	size_t count;
	const struct attribute *list = list_of(l, &count);

	if (xattr->value_length > UINT32_MAX ||
	    (count > 0 && list[count - 1].inode > inode))
		return true;
	uint8_t *bytes = growing_add(&l->bytes, name + xattr->value_length);
	if (bytes == NULL)
		return false;
	memcpy(bytes, xattr->name, name);
	if (xattr->value_length > 0)
		memcpy(bytes + name, xattr->value, xattr->value_length);
	struct attribute *one = growing_add(&l->list, sizeof(*one));
	if (one == NULL)
		return false;
	*one = (struct attribute){
		.name = l->bytes.used - name - xattr->value_length,
		.length = (uint32_t)xattr->value_length,
		.inode = inode,
	};
	return true;
}

/* The first that is of this inode, or of one after it. */
static size_t
find(const struct attribute *list, size_t count, uint32_t inode)
{
	size_t low = 0;

	while (low < count) {
		const size_t middle = low + (count - low) / 2;
		if (list[middle].inode < inode)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

enum de_status
late_each(const struct late *l, uint32_t inode, de_xattr_fn *take, void *arg)
{
	enum de_status status = DE_OK;
	size_t count;
	const struct attribute *list = list_of(l, &count);

	for (size_t i = find(list, count, inode); status == DE_OK &&
	    i < count && list[i].inode == inode; i++) {
		const char *name = (const char *)l->bytes.bytes + list[i].name;
		const struct de_xattr xattr = {
			.struct_size = sizeof(xattr),
			.name = name,
			.value = name + strlen(name) + 1,
			.value_length = list[i].length,
		};
		status = take(arg, &xattr);
	}
	return status;
}
