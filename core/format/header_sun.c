/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include "core/format/header_layout.h"

#define ID_IS_LONG 65535	/* in 16 bits: the 32-bit field has it */
#define MODE_TYPE 0170000
#define MODE_SHADOW 0130000
#define FLAG_OF_ATTRIBUTE 1u	/* in its flags: in an attribute directory */

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
	h->meta.atime = header_inode_micro_time(d, block + DI_ATIME);
	h->meta.mtime = header_inode_micro_time(d, block + DI_MTIME);
	h->meta.ctime = header_inode_micro_time(d, block + DI_CTIME);
	if (header_inode_is_device(h))
		get_device(d, block, h);
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
	h->is_attribute = (h->meta.flags & FLAG_OF_ATTRIBUTE) != 0;
	h->attribute_directory = dialect_get32(d, block + SUN_ATTRIBUTES);
	if ((h->meta.mode & MODE_TYPE) == MODE_SHADOW)
		h->part = HEADER_PART_SHADOW;
	if ((h->flags & FLAG_SUN_LIST) != 0) {
		h->list = block + SUN_LIST;
		h->list_length = SUN_LIST_BYTES;
	}
}
