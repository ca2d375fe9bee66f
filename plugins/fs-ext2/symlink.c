/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * symlink.c - the targets of symbolic links
 */
#include <errno.h>
#include <string.h>

#include "inline.h"
#include "inode.h"
#include "map.h"

/* Limit of an in-inode target for the preview. */
#define SHORT_MAX 256

/* A target in blocks, as it is read. */
struct target {
	struct runs *map;
	char *text;
	size_t length;
	size_t have;
};

static enum de_status
read_run(void *arg, const struct run *run)
{
	struct target *t = arg;
	const struct ext2 *e = t->map->e;
	const size_t at = (size_t)run->first * e->block_size;
	struct de_read_error error = { .struct_size = sizeof(error) };
	size_t length = (size_t)run->count * e->block_size;

	if (length > t->length - at)
		length = t->length - at;
	const struct iovec iov = { t->text + at, length };
	if (device_read_contents(e->bytes, run->block * e->block_size, &iov, 1,
	    &error) == DE_OK)
		t->have += length;
	else
		trouble_tell(t->map->trouble, trouble_of_read(e, &error),
		    "left out: cannot read the target of this symbolic link "
		    "(block %llu of the device): %s", (unsigned long
		    long)run->block, strerror(error.error));
	return DE_OK;
}

/* Only test whether it could be read. */
static enum de_status
count_run(void *arg, const struct run *run)
{
	struct target *t = arg;
	const size_t block_size = t->map->e->block_size;
	const size_t left = t->length - (size_t)run->first * block_size;
	const size_t bytes = (size_t)run->count * block_size;

	t->have += bytes < left ? bytes : left;
	return DE_OK;
}

/* `text` may be NULL: nothing is read then. */
static size_t
read_blocks(struct ext2 *e, const struct native *link, struct trouble *trouble,
    char *text, size_t length)
{
	struct target target = { .text = text, .length = length };
	struct runs map = {
		.e = e,
		.inode = link,
		.trouble = trouble,
		.work = work_take(e),
		.limit = (length + e->block_size - 1) / e->block_size,
		.take = text != NULL ? read_run : count_run,
		.arg = &target,
	};

	target.map = &map;
	if (map.work == NULL)
		return 0;
	map_walk(&map);
	work_give_back(e, map.work);
	return target.have;
}

/*
 * A short target is in the inode itself, unless an old system put it in a
 * block: then the inode counts one besides that of its attributes.
 */
static bool
is_fast(const struct ext2 *e, const struct native *link, size_t length)
{
	const uint8_t *raw = link->raw;
	const uint64_t attributes = inode_xattr_block(e, raw) == 0 ? 0 :
	    (uint64_t)e->block_size / 512 * EXT2FS_CLUSTER_RATIO(e->fs);

	if ((inode_flags(raw) & EXT4_EXTENTS_FL) != 0 ||
	    length >= INODE_BLOCK_BYTES)
		return false;
	return inode_sectors(e, raw) <= attributes || e->has_value_inodes;
}

static size_t
read_target(struct ext2 *e, const struct native *link,
    struct trouble *trouble, char *target, size_t length)
{
	if (inline_is(link))
		return inline_copy(e, link, (uint8_t *)target, length);
	if (is_fast(e, link, length)) {
		memcpy(target, inode_block(link->raw), length);
		return length;
	}
	return read_blocks(e, link, trouble, target, length);
}

/* An encrypted target may contain any bytes; others end before a NUL. */
static bool
is_whole(const struct native *link, const char *target, size_t length)
{
	return (inode_flags(link->raw) & EXT4_ENCRYPT_FL) != 0 ||
	    memchr(target, '\0', length) == NULL;
}

const char *
symlink_damage(struct ext2 *e, const struct native *link)
{
	struct trouble quiet = { .e = e, .inode = link->number,
	    .known = true };
	const size_t length = (size_t)inode_length(e, link->raw);
	char target[SHORT_MAX];
	size_t have;

	if (length == 0 || length >= e->block_size)
		return NULL;		/* the engine reports it */
	if (length <= sizeof(target) &&
	    (inline_is(link) || is_fast(e, link, length))) {
		have = read_target(e, link, &quiet, target, length);
		if (have == length && !is_whole(link, target, length))
			have = 0;
	} else if (inline_is(link)) {
		have = length;
	} else {
		have = read_blocks(e, link, &quiet, NULL, length);
	}
	return have == length ? NULL : "the target of the symbolic link is "
	    "lost";
}

enum de_status
ext2_read_symlink(void *self, const struct de_inode *link, char *target,
    size_t room)
{
	struct ext2 *e = self;
	const size_t length = (size_t)link->size;
	struct trouble trouble = trouble_begin(e, link->number,
	    TROUBLE_TARGET);

	if (link->size > room)
		return DE_FAILED;
	const size_t have = read_target(e, ext2_native(link), &trouble, target,
	    length);
	if (e->host->cancelled(e->host))
		return DE_FAILED;
	if (have == length && is_whole(ext2_native(link), target, length))
		return DE_OK;
	if (trouble.count == 0)
		trouble_tell(&trouble, DE_FINDING_MISSING, "left out: the "
		    "target of this symbolic link is damaged");
	trouble_end(&trouble);
	return DE_NO_MORE;
}
