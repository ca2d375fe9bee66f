/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include "core/format/header_layout.h"

#define ID_IS_LONG 65535	/* in 16 bits: the 32-bit field has it */
#define MODE_TYPE 0170000
#define MODE_SHADOW 0130000

static struct de_time
get_time(const struct dialect *d, const uint8_t *p)
{
	const uint32_t micro = dialect_get32(d, p + 4);
	struct de_time t = header_inode_seconds(d, p);

	if (micro < 1000000)	/* else the word means something else */
		t.nanoseconds = micro * 1000;
	return t;
}

/*
 * SPARC has it in the first word, x86 in the second.  Numbers of old systems
 * have 8 and 8 bits, and the upper half is 0 or was extended by its sign.
 */
static void
get_device(const struct dialect *d, const uint8_t *block, struct header *h)
{
	uint32_t number = dialect_get32(d, block + (d->big_endian ? DI_RDEV :
	    DI_RDEV_NEXT));

	if (number == 0)
		number = dialect_get32(d, block + (d->big_endian ?
		    DI_RDEV_NEXT : DI_RDEV));
	if (number >> 16 == 0 || number >> 16 == 0xffff) {
		header_inode_small_device(h, number);
	} else {
		h->meta.device_major = number >> 18;
		h->meta.device_minor = number & 0x3ffff;
	}
}

void
header_inode_sun(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	header_inode_common(d, block, h);
	if (h->meta.uid == ID_IS_LONG)
		h->meta.uid = dialect_get32(d, block + SUN_UID);
	if (h->meta.gid == ID_IS_LONG)
		h->meta.gid = dialect_get32(d, block + SUN_GID);
	h->meta.atime = get_time(d, block + DI_ATIME);
	h->meta.mtime = get_time(d, block + DI_MTIME);
	h->meta.ctime = get_time(d, block + DI_CTIME);
	if (header_inode_is_device(h))
		get_device(d, block, h);
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
	h->attribute_directory = dialect_get32(d, block + SUN_ATTRIBUTES);
	if ((h->meta.mode & MODE_TYPE) == MODE_SHADOW)
		h->part = HEADER_PART_SHADOW;
	if ((h->flags & FLAG_SUN_LIST) != 0) {
		h->list = block + SUN_LIST;
		h->list_length = SUN_LIST_BYTES;
	}
}

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
	h->meta.atime = get_time(d, block + DI_ATIME);
	h->meta.mtime = get_time(d, block + DI_MTIME);
	h->meta.ctime = get_time(d, block + DI_CTIME);
	if (header_inode_is_device(h))
		header_inode_small_device(h, dialect_get32(d, block + DI_RDEV));
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
}
