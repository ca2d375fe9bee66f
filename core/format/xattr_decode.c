/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/xattr_decode.h"

#include <string.h>

#include "core/format/acl_list.h"
#include "core/format/xattr.h"
#include "core/format/xattr_foreign.h"
#include "core/format/xattr_layout.h"

#define NAME_ROOM (sizeof(ACL_DEFAULT_NAME) + UINT8_MAX)

/* A record of ext4's form. */
struct record {
	struct dialect order;	/* of its numbers, which may not be that of
				   the stream */
	const uint8_t *data;
	size_t length;
	size_t entries;		/* where they begin */
	size_t origin;		/* from where the offsets of values count */
};

/*
 * A machine with the other byte order writes the attributes from inside an
 * inode in its own order, and those from a block as they are on the disk.
 */
static bool
begin_record(struct record *r, const uint8_t *data, size_t length)
{
	*r = (struct record){ .data = data, .length = length };
	if (length < XATTR_MAGIC_BYTES)
		return false;
	for (int order = 0; order < 2; order++) {
		r->order.big_endian = order == 1;
		switch (dialect_get32(&r->order, data)) {
		case XATTR_MAGIC_INODE:
			r->entries = r->origin = XATTR_MAGIC_BYTES;
			return true;
		case XATTR_MAGIC_BLOCK:
			r->entries = XATTR_BLOCK_HEADER;
			r->origin = 0;
			return true;
		default:
			break;
		}
	}
	return false;
}

/* Name and value, where they are; false: the value is not in the record. */
struct entry {
	uint8_t index;
	const char *name;
	size_t name_length;
	const uint8_t *value;
	size_t value_length;
};

static bool
get_entry(const struct record *r, const uint8_t *bytes, struct entry *e)
{
	const size_t offset = r->origin +
	    dialect_get16(&r->order, bytes + XATTR_VALUE_OFFSET);

	e->index = bytes[XATTR_INDEX];
	e->name = (const char *)bytes + XATTR_NAME;
	e->name_length = bytes[XATTR_NAME_LENGTH];
	e->value = r->data;
	e->value_length = dialect_get32(&r->order, bytes + XATTR_VALUE_SIZE);
	if (dialect_get32(&r->order, bytes + XATTR_VALUE_BLOCK) != 0)
		return false;
	if (e->value_length == 0)
		return true;
	if (offset > r->length || e->value_length > r->length - offset)
		return false;
	e->value = r->data + offset;
	return true;
}

/* False: there is no such name. */
static bool
make_name(const struct entry *e, char name[static NAME_ROOM])
{
	static const char data[] = "data";
	bool is_whole;
	const char *prefix = xattr_prefix(e->index, &is_whole);

	if (e->index == XATTR_INDEX_SYSTEM &&
	    e->name_length == strlen(data) &&
	    memcmp(e->name, data, strlen(data)) == 0) {
		memcpy(name, XATTR_INLINE_DATA, sizeof(XATTR_INLINE_DATA));
		return true;
	}
	if (prefix == NULL || is_whole != (e->name_length == 0) ||
	    memchr(e->name, '\0', e->name_length) != NULL)
		return false;
	const size_t length = strlen(prefix);
	memcpy(name, prefix, length);
	memcpy(name + length, e->name, e->name_length);
	name[length + e->name_length] = '\0';
	return true;
}

/* DE_OK, DE_NO_MORE if it is none, or the result of `take`. */
static enum de_status
take_entry(const struct entry *e, de_xattr_fn *take, void *arg)
{
	struct acl_list list;
	char name[NAME_ROOM];
	struct de_xattr xattr = { sizeof(xattr), name, e->value,
	    e->value_length };

	if (!make_name(e, name))
		return DE_NO_MORE;
	if (e->index == XATTR_INDEX_ACL_ACCESS ||
	    e->index == XATTR_INDEX_ACL_DEFAULT) {
		if (!acl_list_from_disk(&list, e->value, e->value_length))
			return DE_NO_MORE;
		xattr.value = list.bytes;
		xattr.value_length = list.length;
	}
	return take(arg, &xattr);
}

static size_t
align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/*
 * What cannot be decoded is left out; the others are passed on.  No two values
 * share bytes, or a small record could make a great deal of work.
 */
static enum de_status
decode_ext4(const uint8_t *data, size_t length, de_xattr_fn *take, void *arg)
{
	struct record r;
	enum de_status result = DE_OK;
	size_t left = length;		/* bytes that values may still have */

	if (length == 0)
		return DE_OK;
	if (!begin_record(&r, data, length))
		return DE_NO_MORE;
	for (size_t at = r.entries; ; ) {
		struct entry e;
		if (length < at || length - at < XATTR_LIST_END_BYTES)
			return at == length ? result : DE_NO_MORE;
		if (dialect_get32(&r.order, data + at) == 0)
			return result;
		if (length - at < XATTR_NAME + (size_t)data[at])
			return DE_NO_MORE;
		enum de_status status = DE_NO_MORE;
		if (get_entry(&r, data + at, &e) && e.value_length <= left) {
			left -= e.value_length;
			status = take_entry(&e, take, arg);
		}
		if (status == DE_NO_MORE)
			result = DE_NO_MORE;
		else if (status != DE_OK)
			return status;
		at += XATTR_NAME + align4(data[at]);
	}
}

enum de_status
xattr_decode(const struct dialect *d, enum header_part part,
    const uint8_t *data, size_t length, de_xattr_fn *take, void *arg)
{
	switch (part) {
	case HEADER_PART_XATTRS:
		return decode_ext4(data, length, take, arg);
	case HEADER_PART_FINDER:
	case HEADER_PART_FORK:
		return xattr_decode_mac(part, data, length, take, arg);
	case HEADER_PART_SHADOW:
		return xattr_decode_sun(d, data, length, take, arg);
	case HEADER_PART_DATA:
		return xattr_decode_ufs2(d, data, length, take, arg);
	default:
		return DE_NO_MORE;
	}
}
