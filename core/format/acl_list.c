/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/acl_list.h"

#include <stdlib.h>

#include "core/format/xattr_layout.h"
#include "plugins/common/bytes.h"

void
acl_list_begin(struct acl_list *list)
{
	put32(list->bytes, ACL_CALL_VERSION);
	list->length = ACL_VERSION_BYTES;
}

static bool
is_tag(uint32_t tag)
{
	return tag == ACL_USER_OBJ || tag == ACL_USER ||
	    tag == ACL_GROUP_OBJ || tag == ACL_GROUP || tag == ACL_MASK ||
	    tag == ACL_OTHER;
}

bool
acl_list_add(struct acl_list *list, uint32_t tag, uint32_t permissions,
    uint32_t id)
{
	if (!is_tag(tag) || (permissions & ~(uint32_t)ACL_PERMISSIONS) != 0 ||
	    list->length + ACL_ENTRY_BYTES > sizeof(list->bytes))
		return false;
	uint8_t *entry = list->bytes + list->length;
	put16(entry, (uint16_t)tag);
	put16(entry + 2, (uint16_t)permissions);
	put32(entry + 4, tag == ACL_USER || tag == ACL_GROUP ? id : ACL_NO_ID);
	list->length += ACL_ENTRY_BYTES;
	return true;
}

static int
by_tag_and_id(const void *a, const void *b)
{
	const uint8_t *one = a, *other = b;
	const uint16_t tags[2] = { get16(one), get16(other) };
	const uint32_t ids[2] = { get32(one + 4), get32(other + 4) };

	if (tags[0] != tags[1])
		return tags[0] < tags[1] ? -1 : 1;
	return (ids[0] > ids[1]) - (ids[0] < ids[1]);
}

void
acl_list_sort(struct acl_list *list)
{
	qsort(list->bytes + ACL_VERSION_BYTES,
	    (list->length - ACL_VERSION_BYTES) / ACL_ENTRY_BYTES,
	    ACL_ENTRY_BYTES, by_tag_and_id);
}

bool
acl_list_from_disk(struct acl_list *list, const uint8_t *value, size_t length)
{
	acl_list_begin(list);
	if (length < ACL_VERSION_BYTES || get32(value) != ACL_DISK_VERSION)
		return false;
	for (size_t at = ACL_VERSION_BYTES; at < length; ) {
		if (length - at < ACL_SHORT_BYTES)
			return false;
		const uint8_t *entry = value + at;
		const uint16_t tag = get16(entry);
		const bool has_id = tag == ACL_USER || tag == ACL_GROUP;
		at += has_id ? ACL_ENTRY_BYTES : ACL_SHORT_BYTES;
		if (at > length || !acl_list_add(list, tag, get16(entry + 2),
		    has_id ? get32(entry + 4) : ACL_NO_ID))
			return false;
	}
	return true;
}
