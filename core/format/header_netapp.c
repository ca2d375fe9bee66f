/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include "core/format/header_layout.h"

/*
 * 32-bit IDs if there are any.  The one reader known has the group first, but
 * nobody has seen a tape that proves it: if the 16-bit fields agree with the
 * other order, that is it.
 */
static void
get_long_ids(const struct dialect *d, const uint8_t *block,
    struct de_inode *inode)
{
	const uint32_t first = dialect_get32(d, block + DI_UID);
	const uint32_t second = dialect_get32(d, block + DI_GID);
	const bool is_user_first = (uint16_t)first == inode->uid &&
	    (uint16_t)second == inode->gid &&
	    ((uint16_t)second != inode->uid || (uint16_t)first != inode->gid);
	const uint32_t uid = is_user_first ? first : second;
	const uint32_t gid = is_user_first ? second : first;

	if (uid != 0)
		inode->uid = uid;
	if (gid != 0)
		inode->gid = gid;
}

void
header_inode_netapp(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	header_inode_common(d, block, h);
	get_long_ids(d, block, &h->meta);
	h->meta.atime = header_inode_micro_time(d, block + DI_ATIME);
	h->meta.mtime = header_inode_micro_time(d, block + DI_MTIME);
	h->meta.ctime = header_inode_micro_time(d, block + DI_CTIME);
	if (header_inode_is_device(h))
		header_inode_small_device(h, dialect_get32(d, block + DI_RDEV));
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
}
