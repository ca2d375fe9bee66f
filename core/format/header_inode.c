/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_inode.h"

#include <sys/stat.h>

#include "core/format/header_layout.h"

bool
header_inode_is_device(const struct header *h)
{
	return S_ISCHR(h->meta.mode) || S_ISBLK(h->meta.mode);
}

struct de_time
header_inode_seconds(const struct dialect *d, const uint8_t *p)
{
	return (struct de_time){ (int32_t)dialect_get32(d, p), 0 };
}

struct de_time
header_inode_micro_time(const struct dialect *d, const uint8_t *p)
{
	const uint32_t micro = dialect_get32(d, p + 4);
	struct de_time t = header_inode_seconds(d, p);

	if (micro < 1000000)	/* else the word means something else */
		t.nanoseconds = micro * 1000;
	return t;
}

void
header_inode_small_device(struct header *h, uint32_t number)
{
	h->meta.device_major = number >> 8 & 0xff;
	h->meta.device_minor = number & 0xff;
}

static uint64_t
get_size(const struct dialect *d, const uint8_t *block)
{
	const uint64_t size = dialect_get64(d, block + DI_SIZE);

	return d->swapped_halves ? size << 32 | size >> 32 : size;
}

void
header_inode_common(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	h->meta.mode = dialect_get16(d, block + DI_MODE);
	h->meta.links = dialect_get16(d, block + DI_NLINK);
	h->has_links = h->meta.links != 0;
	h->meta.uid = dialect_get16(d, block + DI_OUID);
	h->meta.gid = dialect_get16(d, block + DI_OGID);
	h->meta.size = get_size(d, block);
}
