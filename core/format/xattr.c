/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/xattr.h"

#include <string.h>

#include "core/format/xattr_layout.h"
#include "plugins/common/bytes.h"

#define NAME_BYTES_MAX UINT8_MAX

struct prefix {
	const char *text;
	uint8_t index;
	bool whole;		/* whole name, not a prefix */
	bool risky;
};

static const struct prefix prefixes[] = {
	{ "user.", 1, false, false },
	{ ACL_ACCESS_NAME, XATTR_INDEX_ACL_ACCESS, true, true },
	{ ACL_DEFAULT_NAME, XATTR_INDEX_ACL_DEFAULT, true, true },
	{ "trusted.", 4, false, true },
	{ "lustre.", 5, false, true },
	{ "security.", 6, false, true },
};

static const struct prefix *
find_prefix(const char *name)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const struct prefix *p = &prefixes[i];
		if (p->whole ? strcmp(name, p->text) == 0 :
		    strncmp(name, p->text, strlen(p->text)) == 0)
			return p;
	}
	return NULL;
}

const char *
xattr_prefix(uint8_t index, bool *is_whole)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (prefixes[i].index != index)
			continue;
		*is_whole = prefixes[i].whole;
		return prefixes[i].text;
	}
	return NULL;
}

bool
xattr_is_risky(const char *name)
{
	const struct prefix *p = find_prefix(name);
	return p == NULL || p->risky;
}

/*
 * Would Linux accept such an entry after one with the tag `last`?  If not it
 * refuses the whole list, and restore continues without it.
 */
static bool
may_follow(uint16_t last, uint16_t tag, uint16_t permissions)
{
	if ((permissions & ~ACL_PERMISSIONS) != 0)
		return false;
	switch (tag) {
	case ACL_USER_OBJ:
		return last == 0;
	case ACL_USER:
	case ACL_GROUP_OBJ:
		return last == ACL_USER_OBJ || last == ACL_USER;
	case ACL_GROUP:
	case ACL_MASK:
		return last == ACL_GROUP_OBJ || last == ACL_GROUP;
	case ACL_OTHER:
		return last == ACL_GROUP_OBJ || last == ACL_GROUP ||
		    last == ACL_MASK;
	default:
		return false;
	}
}

/* Would Linux accept it?  Entries as from getxattr(2). */
static bool
is_valid_acl(const uint8_t *entries, size_t count)
{
	uint16_t last = 0;
	bool is_named = false, has_mask = false;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *entry = entries + i * ACL_ENTRY_BYTES;
		const uint16_t tag = get16(entry);
		const bool has_id = tag == ACL_USER || tag == ACL_GROUP;
		if (!may_follow(last, tag, get16(entry + 2)) ||
		    (has_id && get32(entry + 4) == ACL_NO_ID))
			return false;
		is_named = is_named || has_id;
		has_mask = has_mask || tag == ACL_MASK;
		last = tag;
	}
	return count == 0 || (last == ACL_OTHER && (has_mask || !is_named));
}

/* As from getxattr(2). */
static bool
is_list(const struct de_xattr *xattr)
{
	const uint8_t *value = xattr->value;
	const size_t length = xattr->value_length;

	return length >= ACL_VERSION_BYTES &&
	    (length - ACL_VERSION_BYTES) % ACL_ENTRY_BYTES == 0 &&
	    get32(value) == ACL_CALL_VERSION &&
	    is_valid_acl(value + ACL_VERSION_BYTES,
	    (length - ACL_VERSION_BYTES) / ACL_ENTRY_BYTES);
}

/*
 * Returns the length of the list in on-disk form, which is never longer than
 * the value.
 */
static size_t
convert_list(const struct de_xattr *xattr, uint8_t *disk)
{
	const uint8_t *value = xattr->value;
	size_t out = ACL_VERSION_BYTES;

	put32(disk, ACL_DISK_VERSION);
	for (size_t in = ACL_VERSION_BYTES; in < xattr->value_length;
	    in += ACL_ENTRY_BYTES) {
		const uint16_t tag = get16(value + in);
		const bool has_id = tag == ACL_USER || tag == ACL_GROUP;
		const size_t bytes = has_id ? ACL_ENTRY_BYTES :
		    ACL_SHORT_BYTES;
		memcpy(disk + out, value + in, bytes);
		out += bytes;
	}
	return out;
}

void
xattr_begin(struct xattr_record *record)
{
	memset(record->data, 0, sizeof(record->data));
	put32(record->data, XATTR_MAGIC_INODE);
	record->entries_end = XATTR_MAGIC_BYTES;
	record->values_begin = XATTR_RECORD_MAX;
}

static size_t
align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* All but e_value_offs. */
static void
put_entry(uint8_t *e, uint8_t index, const char *name, size_t value_length)
{
	const size_t name_length = strlen(name);

	e[XATTR_NAME_LENGTH] = (uint8_t)name_length;
	e[XATTR_INDEX] = index;
	put32(e + XATTR_VALUE_SIZE, (uint32_t)value_length);
	memcpy(e + XATTR_NAME, name, name_length);
}

static enum xattr_fit
add_encoded(struct xattr_record *r, uint8_t index, const char *name,
    const uint8_t *value, size_t length)
{
	const size_t name_length = strlen(name);
	const size_t entry = XATTR_NAME + align4(name_length);

	if (name_length > NAME_BYTES_MAX || length > XATTR_RECORD_MAX)
		return XATTR_TOO_LARGE;
	const size_t needed = entry + XATTR_LIST_END_BYTES + align4(length);
	if (needed > XATTR_RECORD_MAX - XATTR_MAGIC_BYTES)
		return XATTR_TOO_LARGE;
	if (needed > r->values_begin - r->entries_end)
		return XATTR_FULL;

	uint8_t *e = r->data + r->entries_end;
	r->values_begin -= align4(length);
	put_entry(e, index, name, length);
	/* xattr_end() sets e_value_offs; until then it counts from the back. */
	put16(e + XATTR_VALUE_OFFSET, length == 0 ? 0 :
	    (uint16_t)(XATTR_RECORD_MAX - r->values_begin));
	if (length > 0)
		memcpy(r->data + r->values_begin, value, length);
	r->entries_end += entry;
	return XATTR_ADDED;
}

enum xattr_fit
xattr_add(struct xattr_record *record, const struct de_xattr *xattr)
{
	uint8_t list[XATTR_RECORD_MAX];
	const struct prefix *p = find_prefix(xattr->name);
	const uint8_t *value = xattr->value;
	size_t length = xattr->value_length;

	if (p == NULL)
		return XATTR_UNKNOWN;
	if (p->whole) {
		if (!is_list(xattr))
			return XATTR_BAD_VALUE;
		if (length > sizeof(list))
			return XATTR_TOO_LARGE;
		length = convert_list(xattr, list);
		value = list;
	}
	return add_encoded(record, p->index, xattr->name + strlen(p->text),
	    value, length);
}

enum xattr_fit
xattr_encode_large(uint8_t data[static XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK],
    const struct de_xattr *xattr, size_t *size)
{
	const struct prefix *p = find_prefix(xattr->name);

	if (p == NULL)
		return XATTR_UNKNOWN;
	const char *name = xattr->name + strlen(p->text);
	size_t length = xattr->value_length;
	if (strlen(name) > NAME_BYTES_MAX || length > XATTR_VALUE_MAX)
		return XATTR_TOO_LARGE;
	if (p->whole && !is_list(xattr))
		return XATTR_BAD_VALUE;

	uint8_t *entry = data + XATTR_MAGIC_BYTES;
	const size_t at = XATTR_MAGIC_BYTES + XATTR_NAME +
	    align4(strlen(name)) + XATTR_LIST_END_BYTES;
	memset(data, 0, (size_t)XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK);
	put32(data, XATTR_MAGIC_INODE);
	if (p->whole)
		length = convert_list(xattr, data + at);
	else if (length > 0)
		memcpy(data + at, xattr->value, length);
	put_entry(entry, p->index, name, length);
	put16(entry + XATTR_VALUE_OFFSET, length == 0 ? 0 :
	    (uint16_t)(at - XATTR_MAGIC_BYTES));
	*size = at + align4(length);
	if (*size < XATTR_RECORD_MIN)
		*size = XATTR_RECORD_MIN;
	return XATTR_ADDED;
}

size_t
xattr_end(struct xattr_record *r)
{
	if (r->entries_end == XATTR_MAGIC_BYTES)
		return 0;
	const size_t values = XATTR_RECORD_MAX - r->values_begin;
	size_t size = r->entries_end + XATTR_LIST_END_BYTES + values;

	if (size < XATTR_RECORD_MIN)	/* one short name without a value */
		size = XATTR_RECORD_MIN;
	memmove(r->data + size - values, r->data + r->values_begin, values);
	memset(r->data + r->entries_end, 0, size - values - r->entries_end);
	/* Offsets count from after the magic number. */
	for (size_t at = XATTR_MAGIC_BYTES; at < r->entries_end;
	    at += XATTR_NAME + align4(r->data[at])) {
		uint8_t *offset = r->data + at + XATTR_VALUE_OFFSET;
		const size_t from_back = get16(offset);
		if (from_back > 0)
			put16(offset, (uint16_t)
			    (size - from_back - XATTR_MAGIC_BYTES));
	}
	return size;
}
