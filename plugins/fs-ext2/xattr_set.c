/* SPDX-License-Identifier: BSD-3-Clause */
#include "xattr.h"

#include <string.h>

#include "inode.h"

#define ENTRY_BYTES 16
#define BLOCK_HEADER_BYTES 32

static size_t
entry_bytes(const uint8_t *entry)
{
	return ENTRY_BYTES + ((entry[0] + 3u) & ~(size_t)3);
}

static size_t
room(const struct xattr_set *set, const uint8_t *at)
{
	return (size_t)(set->end - at);
}

/* Is there a complete entry? */
static bool
is_entry(const struct xattr_set *set, const uint8_t *at)
{
	return room(set, at) >= ENTRY_BYTES && get32(at) != 0 &&
	    room(set, at) >= entry_bytes(at);
}

/* Values must not begin before the end of the list. */
static void
find_list_end(struct xattr_set *set)
{
	const uint8_t *at = set->at;

	while (is_entry(set, at))
		at += entry_bytes(at);
	set->list_end = at;
}

struct xattr_set
xattr_set_of_inode(const struct ext2 *e, const struct native *inode)
{
	const uint8_t *first = inode->raw + inode_xattrs_at(e, inode->raw);
	struct xattr_set set = {
		.at = first,
		.values = first,
		.end = inode->raw + e->inode_size,
	};

	find_list_end(&set);
	return set;
}

struct xattr_set
xattr_set_of_block(const struct ext2 *e, const uint8_t *block)
{
	struct xattr_set set = {
		.at = block + BLOCK_HEADER_BYTES,
		.values = block,
		.end = block + e->block_size,
	};

	find_list_end(&set);
	return set;
}

static void
find_value(const struct xattr_set *set, const uint8_t *at,
    struct xattr_entry *entry)
{
	const size_t place = get16(at + 2);

	entry->value = set->values + place;
	if (entry->value_length == 0) {
		entry->value = set->values;
		return;
	}
	if (place > room(set, set->values) ||
	    entry->value_length > room(set, entry->value) ||
	    entry->value < set->list_end) {
		entry->value = NULL;
		entry->damage = "its value is outside the value area";
	}
}

enum xattr_next
xattr_next(struct xattr_set *set, struct xattr_entry *entry)
{
	const uint8_t *at = set->at;

	if (room(set, at) == 0 || (room(set, at) >= 4 && get32(at) == 0))
		return XATTR_END;
	if (!is_entry(set, at))
		return XATTR_DAMAGED;
	*entry = (struct xattr_entry){
		.name_length = at[0],
		.index = at[1],
		.name = (const char *)at + ENTRY_BYTES,
		.value_inode = get32(at + 4),
		.value_length = get32(at + 8),
	};
	if (entry->value_inode == 0)
		find_value(set, at, entry);
	set->at += entry_bytes(at);
	return XATTR_IS;
}
