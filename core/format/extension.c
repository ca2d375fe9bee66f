/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/extension.h"

#include "plugins/common/bytes.h"

#define MAGIC_0 'D'
#define MAGIC_1 'E'
#define LAYOUT_VERSION 1

/* EXT_PROPERTIES */
#define HAS_BIRTH_TIME 1u

/* See doc/stream-format.md, "Our extension". */
enum offset {
	EXT_MAGIC = 76,
	EXT_VERSION = 78,
	EXT_PROPERTIES = 79,
	EXT_ATIME = 80,
	EXT_MTIME = 88,
	EXT_CTIME = 96,
	EXT_BIRTH_TIME = 104,
	EXT_ATIME_NS = 112,
	EXT_MTIME_NS = 116,
	EXT_CTIME_NS = 120,
	EXT_BIRTH_TIME_NS = 124,
	EXT_PROJECT = 128,
	EXT_FLAGS = 136,	/* di_blocks */
	EXT_GENERATION = 140,	/* di_gen */
	EXT_MAJOR = 152,	/* di_spare */
	EXT_MINOR = 156
};

static void
put_time(uint8_t *block, enum offset seconds, enum offset nanoseconds,
    const struct de_time *t)
{
	put64(block + seconds, (uint64_t)t->seconds);
	put32(block + nanoseconds, t->nanoseconds);
}

void
extension_put(uint8_t block[static DE_TAPE_BLOCK],
    const struct de_inode *inode)
{
	static const struct de_time none = { 0, 0 };
	const bool has_birth_time =
	    (inode->properties & DE_INODE_HAS_BIRTH_TIME) != 0;

	block[EXT_MAGIC] = MAGIC_0;
	block[EXT_MAGIC + 1] = MAGIC_1;
	block[EXT_VERSION] = LAYOUT_VERSION;
	block[EXT_PROPERTIES] = has_birth_time ? HAS_BIRTH_TIME : 0;
	put_time(block, EXT_ATIME, EXT_ATIME_NS, &inode->atime);
	put_time(block, EXT_MTIME, EXT_MTIME_NS, &inode->mtime);
	put_time(block, EXT_CTIME, EXT_CTIME_NS, &inode->ctime);
	put_time(block, EXT_BIRTH_TIME, EXT_BIRTH_TIME_NS,
	    has_birth_time ? &inode->birth_time : &none);
	put32(block + EXT_PROJECT, inode->project);
	put32(block + EXT_FLAGS, inode->flags);
	put32(block + EXT_GENERATION, inode->generation);
	put32(block + EXT_MAJOR, inode->device_major);
	put32(block + EXT_MINOR, inode->device_minor);
}

static struct de_time
get_time(const uint8_t *block, enum offset seconds, enum offset nanoseconds)
{
	return (struct de_time){ (int64_t)get64(block + seconds),
	    get32(block + nanoseconds) };
}

bool
extension_get(const uint8_t block[static DE_TAPE_BLOCK],
    struct de_inode *inode)
{
	if (block[EXT_MAGIC] != MAGIC_0 || block[EXT_MAGIC + 1] != MAGIC_1 ||
	    block[EXT_VERSION] != LAYOUT_VERSION)
		return false;
	inode->atime = get_time(block, EXT_ATIME, EXT_ATIME_NS);
	inode->mtime = get_time(block, EXT_MTIME, EXT_MTIME_NS);
	inode->ctime = get_time(block, EXT_CTIME, EXT_CTIME_NS);
	inode->birth_time = get_time(block, EXT_BIRTH_TIME,
	    EXT_BIRTH_TIME_NS);
	inode->properties = (block[EXT_PROPERTIES] & HAS_BIRTH_TIME) != 0 ?
	    DE_INODE_HAS_BIRTH_TIME : 0;
	inode->project = get32(block + EXT_PROJECT);
	inode->flags = get32(block + EXT_FLAGS);
	inode->generation = get32(block + EXT_GENERATION);
	inode->device_major = get32(block + EXT_MAJOR);
	inode->device_minor = get32(block + EXT_MINOR);
	return true;
}
