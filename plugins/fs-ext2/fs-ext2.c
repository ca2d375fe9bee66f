/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fs-ext2.c - source: ext2, ext3 and ext4
 *
 * Opens a block device or an image file for reading only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ext2.h"
#include "flush.h"
#include "inode.h"
#include "journal.h"
#include "kind.h"
#include "mmp.h"
#include "mounted.h"
#include "naming.h"
#include "trouble.h"
#include "work.h"

#define FLUSH_SECONDS 60

static const struct de_option ext2_options[] = {
	{ "device", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "block device, image file or other name of the filesystem" },
	{ "ignore_journal", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "dump the filesystem without replaying its journal" },
	{ "journal", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "device of an external journal" },
	{ "live", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "dump the filesystem even while it is mounted read-write" },
	{ "superblock", DE_OPTION_INTEGER, 0, 1, INT32_MAX, NULL,
	  "block number of a backup superblock to use" },
	DE_OPTIONS_END
};

/* Writes through a loop device go to the page cache of its image. */
static bool
is_image(const struct ext2 *e)
{
	struct stat st;

	return fstat(device_descriptor(e->bytes), &st) == 0 &&
	    S_ISREG(st.st_mode);
}

/* While it is mounted, the page cache of its device may be stale. */
static void
read_past_cache(struct ext2 *e, const struct mounted *m)
{
	char node[BEHIND_NAME_BYTES + 8];
	bool is_itself = m->is_itself;

	behind_node(&m->device, node, sizeof(node));
	if (!is_itself && !m->device.is_holder)
		is_itself = device_read_through(e->bytes, node,
		    m->device.number);
	/*
	 * The ext4 driver itself keeps everything but contents in that cache.
	 */
	if (device_read_past_cache(e->bytes, is_itself && m->is_ext4 ?
	    DEVICE_PAST_CACHE_CONTENTS : DEVICE_PAST_CACHE_ALL) ||
	    is_image(e))
		return;
	e->host->report(e->host, DE_WARNING, "%s: cannot bypass the page cache "
	    "(%s), which may be stale; files may be dumped in an older state",
	    e->device, strerror(errno));
}

/* Before anything is read. */
static void
settle_mount(struct ext2 *e, const struct mounted *m)
{
	memcpy(e->mount_point, m->mount_point, sizeof(e->mount_point));
	e->is_live = m->for_writing;
	if (m->suspicion[0] != '\0')
		e->host->report(e->host, DE_WARNING, "%s: %s; if it is written "
		    "during the dump, the dump will be inconsistent", e->device,
		    m->suspicion);
	if (!m->is_mounted)
		return;
	flush(e->host, e->device, m, device_descriptor(e->bytes),
	    FLUSH_SECONDS);
	read_past_cache(e, m);
}

/*
 * Dumping a filesystem while it changes would give a state that never existed.
 */
static enum de_status
check_mount(struct ext2 *e)
{
	const bool live = e->host->get_boolean(e->host, "live");
	struct mounted m;

	if (mounted_find(e->host, e->device, &m) != DE_OK)
		return DE_FAILED;
	if (m.for_writing && !live) {
		e->host->report(e->host, DE_ERROR, "%s is mounted for writing "
		    "%s; dump a snapshot of it (see snapshot in "
		    "dumpengine.conf(5)), unmount it, mount it read-only, or "
		    "set live = true to dump it while it changes", e->device,
		    m.where);
		return DE_FAILED;
	}
	settle_mount(e, &m);
	return DE_OK;
}

/* Another machine may have it mounted. */
static enum de_status
check_other_machines(struct ext2 *e)
{
	char who[MMP_WHO_BYTES];

	/* When live, this machine itself updates the counter. */
	if (e->is_live)
		return DE_OK;
	switch (mmp_find(e, who)) {
	case MMP_FREE:
		return DE_OK;
	case MMP_STALE:
		e->host->report(e->host, DE_WARNING, "%s: its multi-mount "
		    "protection says that it is in use on %s, but its counter "
		    "does not advance: it was not cleanly unmounted, or is a "
		    "snapshot; if it is in fact mounted there, the dump will "
		    "be inconsistent", e->device, who);
		return DE_OK;
	case MMP_IN_USE:
		break;
	case MMP_CANCELLED:
		return DE_FAILED;
	}
	if (!e->host->get_boolean(e->host, "live")) {
		e->host->report(e->host, DE_ERROR, "%s: is mounted on another "
		    "machine: %s; dump it there, unmount it there, or set live "
		    "= true to dump it while it changes", e->device, who);
		return DE_FAILED;
	}
	e->host->report(e->host, DE_WARNING, "%s: is mounted on another "
	    "machine: %s; data cached there is missing from the dump",
	    e->device, who);
	e->is_live = true;
	device_read_past_cache(e->bytes, DEVICE_PAST_CACHE_ALL);
	return DE_OK;
}

/* A backup superblock never says that recovery is needed. */
static bool
needs_recovery(const struct ext2 *e)
{
	return ext2fs_has_feature_journal_needs_recovery(e->fs->super) ||
	    (e->host->is_set(e->host, "superblock") &&
	    ext2fs_has_feature_journal(e->fs->super));
}

static enum de_status
replay(const struct ext2 *e)
{
	const char *option = e->host->get_string(e->host, "journal");
	char *journal = option == NULL ? NULL :
	    naming_resolve(e->host, option);
	const enum de_status status = journal_recover(e->host, e->bytes, e->fs,
	    journal != NULL ? journal : option);
	free(journal);
	return status;
}

/*
 * What only the journal holds is part of the filesystem.  For a live one, it is
 * in the page cache, and thus in what is read.
 */
static enum de_status
recover(struct ext2 *e)
{
	e->was_clean = !ext2fs_has_feature_journal_needs_recovery(
	    e->fs->super) && (e->fs->super->s_state & EXT2_VALID_FS) != 0;
	if (!needs_recovery(e) || e->is_live)
		return DE_OK;
	if (e->host->get_boolean(e->host, "ignore_journal")) {
		e->host->report(e->host, DE_WARNING, "%s: changes held only by "
		    "its journal are missing from the dump (ignore_journal)",
		    e->device);
		return DE_OK;
	}
	if (replay(e) != DE_OK)
		return DE_FAILED;
	/* Superblock and group descriptors may have changed, too. */
	ext2fs_free(e->fs);
	e->fs = NULL;
	return superblock_open(e);
}

static void
check_state(const struct ext2 *e)
{
	/* While live, the kernel maintains the state; "not clean" is normal. */
	if (e->is_live)
		return;
	if (superblock_is_unclean(e))
		e->host->report(e->host, DE_WARNING, "%s: was not cleanly "
		    "unmounted or has errors; run e2fsck on it", e->device);
}

static const char *
type_of(const struct ext2_super_block *super)
{
	/* cast: libext2fs's feature tests do not accept const */
	struct ext2_super_block *s =
	    (struct ext2_super_block *)(uintptr_t)super;

	if (ext2fs_has_feature_extents(s) || ext2fs_has_feature_flex_bg(s) ||
	    ext2fs_has_feature_64bit(s))
		return "ext4";
	return ext2fs_has_feature_journal(s) ? "ext3" : "ext2";
}

static void
format_uuid(const uint8_t uuid[static 16], char text[static UUID_TEXT_BYTES])
{
	char *p = text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		p += snprintf(p, 3, "%02x", uuid[i]);
	}
}

/* Seconds since 1970; the superblock has 40 bits for them. */
static int64_t
seconds(uint32_t low, uint8_t high)
{
	return (int64_t)((uint64_t)high << 32 | low);
}

static void
describe(struct ext2 *e, struct de_source_info *info)
{
	const struct ext2_super_block *super = e->fs->super;

	memcpy(e->label, super->s_volume_name, EXT2_LABEL_LEN);
	e->label[EXT2_LABEL_LEN] = '\0';
	format_uuid(super->s_uuid, e->uuid);
	info->max_inode = super->s_inodes_count;
	info->root_inode = EXT2_ROOT_INO;
	info->block_size = e->fs->blocksize;
	info->used_bytes = (ext2fs_blocks_count(e->fs->super) -
	    ext2fs_free_blocks_count(e->fs->super)) * e->fs->blocksize;
	info->device = e->device;
	info->mount_point = e->mount_point;
	info->label = e->label;
	info->uuid = e->uuid;
	info->type = type_of(super);
	if (e->is_live)
		info->properties |= DE_SOURCE_LIVE;
	if (!e->was_clean)
		info->properties |= DE_SOURCE_UNCLEAN;
	info->created = seconds(super->s_mkfs_time, super->s_mkfs_time_hi);
	info->written = seconds(super->s_wtime, super->s_wtime_hi);
	info->lifetime_writes = super->s_kbytes_written;
}

static void
ext2_close(void *self)
{
	struct ext2 *e = self;

	if (e->fs != NULL)
		ext2fs_free(e->fs);
	e->fs = NULL;
	device_close(e->bytes);
	e->bytes = NULL;
	free(e->inline_bytes);
	e->inline_bytes = NULL;
	e->missing = 0;
	free(e->device);
	e->device = NULL;
	work_free(e);
	trouble_free(e);
}

/* Resolve the option each time: the result may change. */
static char *
find_device(const struct ext2 *e)
{
	return naming_resolve(e->host,
	    e->host->get_string(e->host, "device"));
}

static enum de_status
open_device(struct ext2 *e)
{
	e->device = find_device(e);
	if (e->device == NULL ||
	    (e->bytes = device_open(e->host, e->device)) == NULL)
		return DE_FAILED;
	/*
	 * With a lost superblock the contents say nothing, but a backup may
	 * exist.
	 */
	if (e->host->is_set(e->host, "superblock") ||
	    kind_is_filesystem(e->bytes))
		return DE_OK;
	kind_refuse(e->host, e->bytes);
	return DE_FAILED;
}

static enum de_status
ext2_open(void *self, struct de_source_info *info)
{
	struct ext2 *e = self;

	if (open_device(e) != DE_OK || check_mount(e) != DE_OK ||
	    superblock_open(e) != DE_OK ||
	    check_other_machines(e) != DE_OK || recover(e) != DE_OK ||
	    superblock_read_geometry(e) != DE_OK)
		goto fail;
	check_state(e);
	/* Padded to a tape block. */
	e->inline_bytes = calloc(1, INODE_BLOCK_BYTES + e->inode_size +
	    DE_TAPE_BLOCK);
	if (e->inline_bytes == NULL) {
		e->host->report(e->host, DE_ERROR, "%s: out of memory",
		    e->device);
		goto fail;
	}
	describe(e, info);
	return DE_OK;

fail:
	ext2_close(e);
	return DE_FAILED;
}

static enum de_status
ext2_find_mount_point(void *self, char *path, size_t room)
{
	const struct ext2 *e = self;
	struct mounted m;

	char *device = find_device(e);
	if (device == NULL)
		return DE_FAILED;
	const enum de_status status = mounted_find(e->host, device, &m);
	free(device);
	if (status != DE_OK)
		return DE_FAILED;
	/*
	 * A filesystem mounted under another name can be frozen by it as well.
	 */
	snprintf(path, room, "%s", m.reach);
	return DE_OK;
}

static enum de_status
ext2_find_device(void *self, char *name, size_t room)
{
	const struct ext2 *e = self;
	char *device = find_device(e);

	if (device == NULL)
		return DE_FAILED;
	snprintf(name, room, "%s", device);
	free(device);
	return DE_OK;
}

static enum de_status
ext2_create(const struct de_host *host, void **self)
{
	struct ext2 *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		host->report(host, DE_ERROR, "fs-ext2: out of memory");
		return DE_FAILED;
	}
	/* For error_message(); once per instance, so that it can be removed. */
	add_error_table(&et_ext2_error_table);
	e->host = host;
	*self = e;
	return DE_OK;
}

static void
ext2_destroy(void *self)
{
	remove_error_table(&et_ext2_error_table);
	free(self);
}

static const struct de_source ext2_source = {
	.struct_size = sizeof(ext2_source),
	.open = ext2_open,
	.close = ext2_close,
	.scan_begin = ext2_scan_begin,
	.scan_next = ext2_scan_next,
	.scan_briefly = ext2_scan_briefly,
	.scan_end = ext2_scan_end,
	.read_directory = ext2_read_directory,
	.map_file = ext2_map_file,
	.read_symlink = ext2_read_symlink,
	.read_xattrs = ext2_read_xattrs,
	.read = ext2_read,
	.find_mount_point = ext2_find_mount_point,
	.find_device = ext2_find_device,
};

static const struct de_plugin fs_ext2 = {
	DE_PLUGIN_ABI,
	.kind = DE_SOURCE,
	.name = "fs-ext2",
	.summary = "read an ext2, ext3 or ext4 filesystem",
	.options = ext2_options,
	.create = ext2_create,
	.destroy = ext2_destroy,
	.source = &ext2_source,
};

DE_PLUGIN(fs_ext2);
