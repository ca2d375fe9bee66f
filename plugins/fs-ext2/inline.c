/* SPDX-License-Identifier: BSD-3-Clause */
#include "inline.h"

#include <string.h>

#include "inode.h"
#include "xattr.h"

bool
inline_is(const struct native *inode)
{
	return (inode_flags(inode->raw) & EXT4_INLINE_DATA_FL) != 0;
}

size_t
inline_rest(const struct ext2 *e, const struct native *inode,
    const uint8_t **rest)
{
	struct xattr_set set = xattr_set_of_inode(e, inode);
	struct xattr_entry entry;

	while (xattr_next(&set, &entry) == XATTR_IS)
		if (entry.index == XATTR_SYSTEM && entry.name_length == 4 &&
		    memcmp(entry.name, "data", 4) == 0 &&
		    entry.value_inode == 0 && entry.damage == NULL) {
			*rest = entry.value;
			return entry.value_length;
		}
	*rest = NULL;
	return 0;
}

size_t
inline_copy(const struct ext2 *e, const struct native *inode, uint8_t *to,
    size_t length)
{
	const uint8_t *rest;
	const size_t rest_length = inline_rest(e, inode, &rest);
	size_t n = INODE_BLOCK_BYTES;

	if (length <= n) {
		memcpy(to, inode_block(inode->raw), length);
		return length;
	}
	memcpy(to, inode_block(inode->raw), n);
	length -= n;
	if (length > rest_length)
		length = rest_length;
	if (length > 0)
		memcpy(to + n, rest, length);
	return n + length;
}
