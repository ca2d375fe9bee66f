/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include "core/format/header_layout.h"

#define XATTR_AREA_MAX (128 * 1024)	/* two blocks of the largest size */

static uint32_t
nanoseconds(const struct dialect *d, const uint8_t *p)
{
	const uint32_t ns = dialect_get32(d, p);

	return ns < 1000000000 ? ns : 0;
}

/* Seconds are signed; the second word is nanoseconds. */
static struct de_time
get_time(const struct dialect *d, const uint8_t *p)
{
	struct de_time t = header_inode_seconds(d, p);

	t.nanoseconds = nanoseconds(d, p + 4);
	return t;
}

/*
 * The systems split the number differently above 8 and 8 bits; nothing in a
 * stream tells them apart.  This is NetBSD's way.
 */
static void
get_device(const struct dialect *d, const uint8_t *block, struct header *h)
{
	const uint32_t number = dialect_get32(d, block + DI_RDEV);

	h->meta.device_major = number >> 8 & 0xfff;
	h->meta.device_minor = (number & 0xff) | (number >> 12 & 0xfff00);
}

/* What 4.2BSD, 4.4BSD and UFS2 have in common. */
static void
get_inode(const struct dialect *d, const uint8_t *block, struct header *h)
{
	header_inode_common(d, block, h);
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
	if (header_inode_is_device(h))
		get_device(d, block, h);
}

/* Mac OS X writes as 4.4BSD, and has more than data of a file. */
static enum header_part
part_of(const struct dialect *d, const uint8_t *block, uint32_t flags)
{
	if (d->family != DIALECT_44BSD || (flags & FLAG_EXTATTRIBUTES) == 0)
		return HEADER_PART_DATA;
	switch (dialect_get32(d, block + C_EXTATTRIBUTES)) {
	case EXT_FINDER:
		return HEADER_PART_FINDER;
	case EXT_FORK:
		return HEADER_PART_FORK;
	default:
		return HEADER_PART_UNKNOWN;
	}
}

void
header_inode_bsd(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	get_inode(d, block, h);
	h->meta.atime = get_time(d, block + DI_ATIME);
	h->meta.mtime = get_time(d, block + DI_MTIME);
	h->meta.ctime = get_time(d, block + DI_CTIME);
	if (d->family == DIALECT_42BSD || d->family == DIALECT_4BSD_FFS)
		return;		/* the IDs have 16 bits */
	h->meta.uid = dialect_get32(d, block + DI_UID);
	h->meta.gid = dialect_get32(d, block + DI_GID);
	h->part = part_of(d, block, h->flags);
}

static struct de_time
get_long_time(const struct dialect *d, const uint8_t *block,
    enum header_ufs2_offset seconds, enum header_ufs2_offset fraction)
{
	return (struct de_time){
	    (int64_t)dialect_get64(d, block + seconds),
	    nanoseconds(d, block + fraction) };
}

/* No number of links, and no time of the last change. */
void
header_inode_ufs2(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	get_inode(d, block, h);
	h->has_links = false;
	h->meta.links = 0;
	h->meta.atime = get_long_time(d, block, UFS2_ATIME, UFS2_ATIME_NS);
	h->meta.mtime = get_long_time(d, block, UFS2_MTIME, UFS2_MTIME_NS);
	h->meta.birth_time = get_long_time(d, block, UFS2_BIRTH_TIME,
	    UFS2_BIRTH_TIME_NS);
	h->meta.properties = DE_INODE_HAS_BIRTH_TIME;
	h->meta.uid = dialect_get32(d, block + DI_UID);
	h->meta.gid = dialect_get32(d, block + DI_GID);
	h->xattr_size = dialect_get32(d, block + UFS2_EXTSIZE);
	if (h->xattr_size > XATTR_AREA_MAX)
		h->xattr_size = 0;
}
