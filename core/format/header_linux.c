/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include <sys/stat.h>

#include "core/format/extension.h"
#include "core/format/header_layout.h"

#define LINKS_MAX 32767		/* what ours put for that many and more */

/*
 * Seconds as restore takes them, unsigned.  The fraction is microseconds;
 * whoever put a larger number meant nanoseconds.
 */
static struct de_time
get_time(const struct dialect *d, const uint8_t *p)
{
	const uint32_t fraction = dialect_get32(d, p + 4);
	struct de_time t = { dialect_get32(d, p), 0 };

	if (fraction < 1000000)
		t.nanoseconds = fraction * 1000;
	else if (fraction < 1000000000)
		t.nanoseconds = fraction;
	return t;
}

/*
 * As the kernel has it on disk: 8 and 8 bits in the first word of the block
 * addresses, or, if that is 0, the larger form in the second.  Ours has the
 * larger form in the first, which is the same for small numbers.
 */
static void
get_device(const struct dialect *d, const uint8_t *block, struct header *h)
{
	uint32_t number = dialect_get32(d, block + DI_RDEV);

	if (number == 0)
		number = dialect_get32(d, block + DI_RDEV_NEXT);
	h->meta.device_major = number >> 8 & 0xfff;
	h->meta.device_minor = (number & 0xff) | (number >> 12 & 0xfff00);
}

static enum header_part
part_of(const struct dialect *d, const uint8_t *block, uint32_t flags)
{
	if ((flags & FLAG_EXTATTRIBUTES) == 0)
		return HEADER_PART_DATA;
	switch (dialect_get32(d, block + C_EXTATTRIBUTES)) {
	case EXT_XATTR:
		return HEADER_PART_XATTRS;
	case EXT_FINDER:
		return HEADER_PART_FINDER;
	case EXT_FORK:
		return HEADER_PART_FORK;
	default:
		return HEADER_PART_UNKNOWN;
	}
}

/* What the field of a header has of a time. */
static uint32_t
clamped(const struct de_time *t)
{
	if (!header_holds_time(t))
		return t->seconds < 0 ? 0 : UINT32_MAX;
	return (uint32_t)t->seconds;
}

static bool
is_fraction(const struct de_time *t)
{
	return t->nanoseconds < 1000000000;
}

/*
 * The place of the extension belongs to block addresses in dumps of others,
 * which may by chance look like its magic number: its times must be those that
 * the header has, too.
 */
static bool
is_extended(const struct dialect *d, const uint8_t *block,
    struct de_inode *extended)
{
	return !d->big_endian && d->family == DIALECT_LINUX &&
	    extension_get(block, extended) &&
	    is_fraction(&extended->atime) && is_fraction(&extended->mtime) &&
	    is_fraction(&extended->ctime) &&
	    is_fraction(&extended->birth_time) &&
	    clamped(&extended->atime) == dialect_get32(d, block + DI_ATIME) &&
	    clamped(&extended->mtime) == dialect_get32(d, block + DI_MTIME) &&
	    clamped(&extended->ctime) == dialect_get32(d, block + DI_CTIME);
}

static void
get_inline_data(const uint8_t *block, struct header *h)
{
	if (S_ISREG(h->meta.mode) && !h->is_exact &&
	    (h->meta.flags & FLAG_OF_INLINE_DATA) != 0)
		h->inline_data = block + DI_RDEV;
}

/*
 * Where both are 0, the 16-bit ones are, too; if not, it is Linux before
 * 0.4b30, which could also set the flag by which the later ones are known.
 */
static void
get_long_ids(const struct dialect *d, const uint8_t *block,
    struct de_inode *inode)
{
	const uint32_t uid = dialect_get32(d, block + DI_UID);
	const uint32_t gid = dialect_get32(d, block + DI_GID);

	if (d->family == DIALECT_LINUX_OLD || (uid == 0 && gid == 0))
		return;
	inode->uid = uid;
	inode->gid = gid;
}

void
header_inode_linux(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	header_inode_common(d, block, h);
	get_long_ids(d, block, &h->meta);
	h->has_links = h->has_links && h->meta.links != LINKS_MAX;
	h->meta.atime = get_time(d, block + DI_ATIME);
	h->meta.mtime = get_time(d, block + DI_MTIME);
	h->meta.ctime = get_time(d, block + DI_CTIME);
	if (header_inode_is_device(h))
		get_device(d, block, h);
	h->meta.flags = dialect_get32(d, block + DI_FLAGS);
	h->meta.generation = dialect_get32(d, block + DI_GEN);
	h->flags_are_linux = true;
	h->metadata_only = (h->flags & FLAG_METAONLY) != 0;
	h->part = part_of(d, block, h->flags);

	struct de_inode extended = h->meta;
	h->is_exact = is_extended(d, block, &extended);
	if (h->is_exact)
		h->meta = extended;
	get_inline_data(block, h);
}
