/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode.c - go through the inode tables
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ext2.h"

/* Of the inode table, in one read. */
#define SCAN_BYTES 262144
#define XATTR_MAGIC 0xEA020000u

struct scan {
	ext2_inode_scan scan;
	uint32_t done;			/* the last inode that was read */
	size_t inode_size;		/* bytes of inode.raw in use */
	union {
		struct ext2_inode small;
		struct ext2_inode_large large;
		uint8_t raw[4096];	/* inodes are at most a block */
	} inode;
};

struct ext2_inode *
ext2_native(const struct de_inode *inode)
{
	/* cast: libext2fs takes no const */
	return (struct ext2_inode *)(uintptr_t)inode->native;
}

enum de_status
ext2_scan_begin(void *self, void **scan)
{
	struct ext2 *e = self;
	struct scan *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		e->host->report(e->host, DE_ERROR, "fs-ext2: out of memory");
		return DE_FAILED;
	}
	s->inode_size = EXT2_INODE_SIZE(e->fs->super);
	if (s->inode_size > sizeof(s->inode.raw))
		s->inode_size = sizeof(s->inode.raw);
	const errcode_t error = ext2fs_open_inode_scan(e->fs,
	    SCAN_BYTES / (int)e->fs->blocksize, &s->scan);
	if (error != 0) {
		free(s);
		return ext2_inode_error(e, 1, "cannot read the inode table",
		    error);
	}
	*scan = s;
	return DE_OK;
}

void
ext2_scan_end(void *self, void *scan)
{
	struct scan *s = scan;

	(void)self;
	ext2fs_close_inode_scan(s->scan);
	free(s);
}

/* What the filesystem keeps for itself; it has no name that anyone could use. */
static bool
is_hidden(const struct ext2 *e, uint32_t number, const struct ext2_inode *inode)
{
	const struct ext2_super_block *super = e->fs->super;

	if (number == EXT2_ROOT_INO)
		return false;
	return number < EXT2_FIRST_INODE(super) ||
	    number == super->s_journal_inum ||
	    number == super->s_usr_quota_inum ||
	    number == super->s_grp_quota_inum ||
	    number == super->s_prj_quota_inum ||
	    number == super->s_orphan_file_inum ||
	    (inode->i_flags & EXT4_EA_INODE_FL) != 0;
}

static bool
is_in_use(const struct ext2_inode *inode)
{
	return inode->i_mode != 0 && inode->i_links_count != 0 &&
	    inode->i_dtime == 0;
}

/* Does the inode reach far enough to hold that field? */
#define HAS_FIELD(s, field) \
	((s)->inode_size > EXT2_GOOD_OLD_INODE_SIZE && \
	(size_t)EXT2_GOOD_OLD_INODE_SIZE + (s)->inode.large.i_extra_isize >= \
	offsetof(struct ext2_inode_large, field) + \
	sizeof((s)->inode.large.field))

/* Two bits of the extra word extend the seconds, 30 are nanoseconds. */
static struct de_time
make_time(uint32_t seconds, bool has_extra, uint32_t extra)
{
	struct de_time t = { .seconds = (int32_t)seconds };

	if (has_extra) {
		t.seconds += (int64_t)(extra & 3) << 32;
		t.nanoseconds = extra >> 2;
		if (t.nanoseconds >= 1000000000)
			t.nanoseconds = 0;
	}
	return t;
}

/* Old devices have 8 + 8 bits in the first word, new ones 32 in the second. */
static void
set_device(const struct ext2_inode *inode, struct de_inode *out)
{
	const uint32_t old_form = inode->i_block[0];
	const uint32_t new_form = inode->i_block[1];

	if (old_form != 0) {
		out->device_major = old_form >> 8 & 0xff;
		out->device_minor = old_form & 0xff;
	} else {
		out->device_major = new_form >> 8 & 0xfff;
		out->device_minor = (new_form & 0xff) |
		    (new_form >> 12 & 0xfff00);
	}
}

static bool
has_xattrs(const struct ext2 *e, const struct scan *s)
{
	uint32_t magic, first;

	if (ext2fs_file_acl_block(e->fs, &s->inode.small) != 0)
		return true;
	if (!HAS_FIELD(s, i_extra_isize))
		return false;
	const size_t at = EXT2_GOOD_OLD_INODE_SIZE +
	    s->inode.large.i_extra_isize;
	if (at + sizeof(magic) + sizeof(first) > s->inode_size)
		return false;
	memcpy(&magic, s->inode.raw + at, sizeof(magic));
	memcpy(&first, s->inode.raw + at + sizeof(magic), sizeof(first));
	return ext2fs_le32_to_cpu(magic) == XATTR_MAGIC && first != 0;
}

/* Bytes on the medium; i_blocks counts 512 bytes, or blocks of huge files. */
static uint64_t
allocated(const struct ext2 *e, struct ext2_inode *inode)
{
	const uint64_t blocks = ext2fs_get_stat_i_blocks(e->fs, inode);
	return blocks * 512;
}

static void
convert(const struct ext2 *e, struct scan *s, uint32_t number,
    struct de_inode *out)
{
	struct ext2_inode *inode = &s->inode.small;
	const struct ext2_inode_large *large = &s->inode.large;

	out->number = number;
	out->mode = inode->i_mode;
	out->links = inode->i_links_count;
	out->uid = inode_uid(*inode);
	out->gid = inode_gid(*inode);
	if (LINUX_S_ISREG(inode->i_mode) || LINUX_S_ISDIR(inode->i_mode) ||
	    LINUX_S_ISLNK(inode->i_mode))
		out->size = EXT2_I_SIZE(inode);
	out->allocated = allocated(e, inode);
	out->atime = make_time(inode->i_atime, HAS_FIELD(s, i_atime_extra),
	    large->i_atime_extra);
	out->mtime = make_time(inode->i_mtime, HAS_FIELD(s, i_mtime_extra),
	    large->i_mtime_extra);
	out->ctime = make_time(inode->i_ctime, HAS_FIELD(s, i_ctime_extra),
	    large->i_ctime_extra);
	if (LINUX_S_ISCHR(inode->i_mode) || LINUX_S_ISBLK(inode->i_mode))
		set_device(inode, out);
	out->flags = inode->i_flags;
	out->generation = inode->i_generation;
	if (has_xattrs(e, s))
		out->properties |= DE_INODE_HAS_XATTRS;
	out->native = &s->inode;
}

/* Skip the block groups in front of the one with inode `from`. */
static errcode_t
seek(const struct ext2 *e, struct scan *s, uint32_t from)
{
	const uint32_t per_group = e->fs->super->s_inodes_per_group;
	const uint32_t group = (from - 1) / per_group;

	if (from > e->fs->super->s_inodes_count || group <= s->done / per_group)
		return 0;
	const errcode_t error = ext2fs_inode_scan_goto_blockgroup(s->scan,
	    (int)group);
	if (error == 0)
		s->done = group * per_group;
	return error;
}

static enum de_status
refuse_encrypted(const struct ext2 *e, uint32_t number)
{
	e->host->report(e->host, DE_ERROR, "%s: inode %u is encrypted, which "
	    "this version does not support", e->device, number);
	return DE_FAILED;
}

enum de_status
ext2_scan_next(void *self, void *scan, uint32_t from, struct de_inode *out)
{
	struct ext2 *e = self;
	struct scan *s = scan;
	ext2_ino_t number = 0;

	errcode_t error = seek(e, s, from);
	while (error == 0) {
		error = ext2fs_get_next_inode_full(s->scan, &number,
		    &s->inode.small, (int)s->inode_size);
		if (error != 0)
			break;
		if (number == 0)
			return DE_NO_MORE;
		s->done = number;
		if (number < from || !is_in_use(&s->inode.small) ||
		    is_hidden(e, number, &s->inode.small))
			continue;
		if ((s->inode.small.i_flags & EXT4_ENCRYPT_FL) != 0)
			return refuse_encrypted(e, number);
		convert(e, s, number, out);
		return DE_OK;
	}
	return ext2_inode_error(e, number != 0 ? number : s->done + 1,
	    "cannot be read", error);
}
