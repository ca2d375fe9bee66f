/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr.c - the extended attributes of an inode
 *
 * Those inside the inode come first; like the kernel, ignore one of the same
 * name in the attribute block.
 */
#include "xattr.h"

#include <stdio.h>
#include <string.h>

#include "checksum.h"
#include "inode.h"
#include "map.h"
#include "trouble.h"
#include "work.h"

#define BLOCK_MAGIC 0xEA020000u
#define BLOCK_CHECKSUM_AT 16
#define PREFIX_MAX 32
#define ATIME_AT 8		/* of an inode with a value: its hash */
#define MTIME_AT 16		/* or, for Lustre, the owner's inode */
#define GENERATION_AT 100

struct xattrs {
	struct ext2 *e;
	const struct native *inode;
	struct work *work;
	struct trouble trouble;
	de_xattr_fn *take;
	void *arg;
};

struct prefix {
	const char *text;	/* NULL: not dumped */
	bool whole;		/* whole name, not a prefix */
};

static const struct prefix prefixes[] = {
	[XATTR_USER] = { "user.", false },
	[XATTR_ACL_ACCESS] = { "system.posix_acl_access", true },
	[XATTR_ACL_DEFAULT] = { "system.posix_acl_default", true },
	[XATTR_TRUSTED] = { "trusted.", false },
	[XATTR_LUSTRE] = { "lustre.", false },
	[XATTR_SECURITY] = { "security.", false },
	[XATTR_SYSTEM] = { "system.", false },
	[XATTR_RICHACL] = { "system.richacl", true },
	[XATTR_ENCRYPTION] = { NULL, false },
	[XATTR_GNU] = { "gnu.", false },
};

static void damaged(struct xattrs *x, const struct xattr_entry *entry,
    const char *why) __attribute__((nonnull));

static void
damaged(struct xattrs *x, const struct xattr_entry *entry, const char *why)
{
	const bool known = entry->index < sizeof(prefixes) /
	    sizeof(prefixes[0]) && prefixes[entry->index].text != NULL;

	trouble_tell(&x->trouble, DE_FINDING_MISSING, "its attribute %s%.*s is "
	    "missing: %s", known ? prefixes[entry->index].text : "?",
	    entry->name_length, entry->name, why);
}

/* The end of inline data, and encryption contexts, are not attributes. */
static bool
is_internal(const struct xattr_entry *entry)
{
	return entry->index == XATTR_ENCRYPTION ||
	    (entry->index == XATTR_SYSTEM && entry->name_length == 4 &&
	    memcmp(entry->name, "data", 4) == 0);
}

/* Returns false after reporting that it has no valid name. */
static bool
make_name(struct xattrs *x, const struct xattr_entry *entry,
    char name[static PREFIX_MAX + 256])
{
	const struct prefix *p = &prefixes[entry->index <
	    sizeof(prefixes) / sizeof(prefixes[0]) ? entry->index : 0];

	if (p->text == NULL) {
		trouble_tell(&x->trouble, DE_FINDING_MISSING, "an attribute of "
		    "unknown type %u is missing", entry->index);
		return false;
	}
	if (p->whole != (entry->name_length == 0) ||
	    memchr(entry->name, '\0', entry->name_length) != NULL) {
		damaged(x, entry, "its name is damaged");
		return false;
	}
	snprintf(name, PREFIX_MAX + 256, "%s%.*s", p->text,
	    entry->name_length, entry->name);
	return true;
}

/* ------------------------------------------------- values in other inodes */

struct value {
	struct xattrs *x;
	size_t length;
	size_t have;
};

static enum de_status
read_run(void *arg, const struct run *run)
{
	struct value *v = arg;
	const struct ext2 *e = v->x->e;
	const size_t at = (size_t)run->first * e->block_size;
	struct de_read_error error = { .struct_size = sizeof(error) };
	size_t length = (size_t)run->count * e->block_size;

	if (length > v->length - at)
		length = v->length - at;
	if (device_read(e->bytes, run->block * e->block_size,
	    v->x->work->value + at, length, &error) == DE_OK)
		v->have += length;
	return DE_OK;
}

/* Lustre's inodes store the owner of the value instead of a hash. */
static bool
hash_is_right(const struct xattrs *x, const uint8_t *raw, size_t length)
{
	if (get32(raw + MTIME_AT) == x->inode->number &&
	    get32(raw + GENERATION_AT) ==
	    get32(x->inode->raw + GENERATION_AT))
		return true;
	return checksum(x->e->seed, x->work->value, length) ==
	    get32(raw + ATIME_AT);
}

/* Returns NULL, or what is wrong with it. */
static const char *
read_value(struct xattrs *x, struct xattr_entry *entry)
{
	struct native inode = { entry->value_inode, x->work->inode };
	struct value value = { .x = x, .length = entry->value_length };
	struct runs map = {
		.e = x->e,
		.inode = &inode,
		.trouble = &x->trouble,
		.work = x->work,
		.limit = (value.length + x->e->block_size - 1) /
		    x->e->block_size,
		.take = read_run,
		.arg = &value,
	};

	if (value.length > WORK_VALUE_MAX)
		return "it exceeds the maximum size of an attribute";
	const char *damage = inode_load(x->e, inode.number, x->work->inode);
	if (damage != NULL)
		return damage;
	if (inode_check(x->e, &inode, 1) == 0 ||
	    (inode_flags(inode.raw) & EXT4_EA_INODE_FL) == 0 ||
	    inode_length(x->e, inode.raw) != value.length)
		return "the inode that should hold its value belongs to "
		    "another";
	if (map_walk(&map) != DE_OK || value.have != value.length)
		return "its value cannot be read";
	if (!hash_is_right(x, inode.raw, value.length))
		return "checksum error in its value";
	entry->value = x->work->value;
	return NULL;
}

/* ------------------------------------------------- access control lists */

#define LIST_DISK_VERSION 1	/* 4 bytes per entry without an id */
#define LIST_CALL_VERSION 2	/* of getxattr(2): 8 bytes each */
#define LIST_USER 2
#define LIST_GROUP 8

/* Convert it to the form of getxattr(2).  Returns NULL, or what is wrong. */
static const char *
convert_list(struct xattrs *x, struct xattr_entry *entry)
{
	const uint8_t *from = entry->value;
	uint8_t *to = x->work->list;
	size_t left = entry->value_length;

	if (left < 4 || left > WORK_VALUE_MAX ||
	    get32(from) != LIST_DISK_VERSION)
		return "it is not an access control list";
	put32(to, LIST_CALL_VERSION);
	to += 4;
	for (from += 4, left -= 4; left >= 4; to += 8) {
		const uint16_t tag = get16(from);
		const size_t bytes = tag == LIST_USER || tag == LIST_GROUP ?
		    8 : 4;
		if (bytes > left)
			break;
		put32(to + 4, UINT32_MAX);
		memcpy(to, from, bytes);
		from += bytes;
		left -= bytes;
	}
	if (left != 0)
		return "it is not an access control list";
	entry->value_length = (size_t)(to - x->work->list);
	entry->value = x->work->list;
	return NULL;
}

/* ---------------------------------------------------------------- the walk */

static enum de_status
give(struct xattrs *x, struct xattr_entry *entry)
{
	char name[PREFIX_MAX + 256];

	if (is_internal(entry) || !make_name(x, entry, name))
		return DE_OK;
	if (entry->damage == NULL && entry->value_inode != 0)
		entry->damage = read_value(x, entry);
	if (entry->damage == NULL && (entry->index == XATTR_ACL_ACCESS ||
	    entry->index == XATTR_ACL_DEFAULT))
		entry->damage = convert_list(x, entry);
	if (entry->damage != NULL) {
		damaged(x, entry, entry->damage);
		return DE_OK;
	}
	const struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = name,
		.value = entry->value,
		.value_length = entry->value_length,
	};
	return x->take(x->arg, &xattr);
}

/* Does the inode itself hold one of that name? */
static bool
is_in_inode(const struct xattrs *x, const struct xattr_entry *entry)
{
	struct xattr_set set = xattr_set_of_inode(x->e, x->inode);
	struct xattr_entry other;

	while (xattr_next(&set, &other) == XATTR_IS)
		if (other.index == entry->index &&
		    other.name_length == entry->name_length &&
		    memcmp(other.name, entry->name, entry->name_length) == 0)
			return true;
	return false;
}

static enum de_status
walk_set(struct xattrs *x, struct xattr_set *set, bool in_block)
{
	struct xattr_entry entry;
	enum de_status status = DE_OK;
	enum xattr_next next = XATTR_END;

	while (status == DE_OK &&
	    (next = xattr_next(set, &entry)) == XATTR_IS)
		if (!in_block || !is_in_inode(x, &entry))
			status = give(x, &entry);
	if (next == XATTR_DAMAGED)
		trouble_tell(&x->trouble, DE_FINDING_MISSING, "its attributes "
		    "are damaged; some may be missing");
	return status;
}

static bool
block_checksum_is_right(const struct ext2 *e, uint64_t block,
    const uint8_t *bytes)
{
	static const uint8_t zeros[4];
	uint8_t number[8];

	if (!e->has_checksums)
		return true;
	put32(number, (uint32_t)block);
	put32(number + 4, (uint32_t)(block >> 32));
	uint32_t crc = checksum(e->seed, number, sizeof(number));
	crc = checksum(crc, bytes, BLOCK_CHECKSUM_AT);
	crc = checksum(crc, zeros, sizeof(zeros));
	crc = checksum(crc, bytes + BLOCK_CHECKSUM_AT + 4,
	    e->block_size - BLOCK_CHECKSUM_AT - 4);
	return crc == get32(bytes + BLOCK_CHECKSUM_AT);
}

/*
 * Read the block into work->attributes.  Returns false after reporting why not.
 */
static bool
read_block(struct xattrs *x, uint64_t block)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	struct ext2 *e = x->e;
	const uint8_t *bytes = x->work->attributes;

	if (block < e->first_block || block >= e->blocks) {
		trouble_tell(&x->trouble, DE_FINDING_MISSING, "the attributes "
		    "in its attribute block are missing: block %llu is outside "
		    "the filesystem", (unsigned long long)block);
		return false;
	}
	if (device_read(e->bytes, block * e->block_size, x->work->attributes,
	    e->block_size, &error) != DE_OK) {
		trouble_tell(&x->trouble, trouble_of_read(x->e, &error), "the "
		    "attributes in its attribute block are missing: cannot "
		    "read block %llu of the device: %s", (unsigned long
		    long)block, strerror(error.error));
		return false;
	}
	if (get32(bytes) != BLOCK_MAGIC || get32(bytes + 8) != 1) {
		trouble_tell(&x->trouble, DE_FINDING_MISSING, "the attributes "
		    "in its attribute block are missing: block %llu of the "
		    "device is not an attribute block", (unsigned long
		    long)block);
		return false;
	}
	if (!block_checksum_is_right(e, block, bytes))
		trouble_tell(&x->trouble, DE_FINDING_MISSING, "checksum error "
		    "in its attribute block %llu; the dumped attributes may be "
		    "wrong", (unsigned long long)block);
	return true;
}

static enum de_status
walk(struct xattrs *x)
{
	const uint64_t block = inode_xattr_block(x->e, x->inode->raw);
	struct xattr_set set = xattr_set_of_inode(x->e, x->inode);

	const enum de_status status = walk_set(x, &set, false);
	if (status != DE_OK || block == 0 || !read_block(x, block))
		return status;
	set = xattr_set_of_block(x->e, x->work->attributes);
	return walk_set(x, &set, true);
}

enum de_status
ext2_read_xattrs(void *self, const struct de_inode *inode, de_xattr_fn *take,
    void *arg)
{
	struct ext2 *e = self;
	struct xattrs x = {
		.e = e,
		.inode = ext2_native(inode),
		.work = work_take(e),
		.trouble = trouble_begin(e, inode->number, TROUBLE_XATTRS),
		.take = take,
		.arg = arg,
	};

	if (x.work == NULL)
		return DE_FAILED;
	const enum de_status status = walk(&x);
	if (status == DE_OK)
		trouble_end(&x.trouble);
	work_give_back(e, x.work);
	return status == DE_OK && e->host->cancelled(e->host) ? DE_FAILED :
	    status;
}
