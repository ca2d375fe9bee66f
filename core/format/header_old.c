/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include "core/format/header_layout.h"

/*
 * V7 keeps the number in the first of the three-byte addresses, whose upper
 * byte comes first.
 */
static void
get_device(const struct dialect *d, const uint8_t *inode, struct header *h)
{
	header_inode_small_device(h, d->family == DIALECT_V7 ?
	    dialect_get16(d, inode + OLD_RDEV + 1) :
	    dialect_get32(d, inode + OLD_RDEV));
}

void
header_inode_old(const struct dialect *d, const uint8_t *inode,
    struct header *h)
{
	h->meta.mode = dialect_get16(d, inode + OLD_MODE);
	h->meta.links = dialect_get16(d, inode + OLD_NLINK);
	h->has_links = h->meta.links != 0;
	h->meta.uid = dialect_get16(d, inode + OLD_UID);
	h->meta.gid = dialect_get16(d, inode + OLD_GID);
	h->meta.size = dialect_get32(d, inode + OLD_SIZE);
	h->meta.atime = header_inode_seconds(d, inode + OLD_ATIME);
	h->meta.mtime = header_inode_seconds(d, inode + OLD_MTIME);
	h->meta.ctime = header_inode_seconds(d, inode + OLD_CTIME);
	if (header_inode_is_device(h))
		get_device(d, inode, h);
}
