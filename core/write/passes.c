/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/passes.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "core/select/inode_flags.h"
#include "core/write/stream_chain.h"
#include "core/write/stream_directory.h"
#include "core/write/stream_file.h"
#include "core/write/stream_xattr.h"

#define TARGET_BLOCKS (STREAM_TARGET_MAX / DE_TAPE_BLOCK + 1)

static enum de_status
put_map(const struct stream *s, enum header_type type, uint32_t inode,
    const struct inomap *map)
{
	uint8_t block[DE_TAPE_BLOCK];

	header_map(s->header, block, type, inode, map->tape_blocks);
	enum de_status status = tape_put_header(s->tape, block);
	for (uint32_t i = 0; status == DE_OK && i < map->tape_blocks; i++)
		status = tape_put_data(s->tape, map->bits +
		    (size_t)i * DE_TAPE_BLOCK);
	return status;
}

static enum de_status
put_maps(const struct stream *s)
{
	const enum de_status status = put_map(s, HEADER_CLRI,
	    s->src->info.max_inode, &s->sel->in_use);

	return status != DE_OK ? status : put_map(s, HEADER_BITS,
	    s->src->info.root_inode, &s->sel->dumped);
}

/*
 * A link whose target cannot be read gets no record: restore then says that it
 * is not on the tape, and creates nothing.  Returns DE_NO_MORE in that case.
 */
static enum de_status
put_symlink(const struct stream *s, const struct de_inode *inode)
{
	char target[TARGET_BLOCKS * DE_TAPE_BLOCK] = "";
	struct header_content content = { .size = inode->size };

	const enum de_status status = source_read_symlink(s->src, inode,
	    target, STREAM_TARGET_MAX);
	if (status == DE_FAILED && stream_may_go_on(s)) {
		findings_add(s->findings, inode->number, "left out: cannot "
		    "read its target");
		return DE_NO_MORE;
	}
	if (status != DE_OK)
		return status;
	content.count = (uint32_t)
	    ((inode->size + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK);
	return stream_put_blocks(s, HEADER_INODE, inode, &content,
	    (const uint8_t *)target);
}

/* A device, fifo or socket consists of a header only. */
static enum de_status
put_special(const struct stream *s, const struct de_inode *inode)
{
	const struct header_content nothing = { 0 };

	if ((S_ISCHR(inode->mode) || S_ISBLK(inode->mode)) &&
	    !header_holds_device(inode->device_major, inode->device_minor))
		findings_add(s->findings, inode->number, "its device number "
		    "%" PRIu32 ":%" PRIu32 " is too large for restore",
		    inode->device_major, inode->device_minor);
	return stream_put_blocks(s, HEADER_INODE, inode, &nothing, NULL);
}

static void
note_times(const struct stream *s, const struct de_inode *inode)
{
	if (header_holds_time(&inode->atime) &&
	    header_holds_time(&inode->mtime))
		return;
	findings_add(s->findings, inode->number, "its times (accessed %" PRId64
	    ", modified %" PRId64 " seconds since 1970) are outside the range "
	    "of the format, 1970 to 2106, and were clamped to it",
	    inode->atime.seconds, inode->mtime.seconds);
}

/* Note what the dump contains, in the extension, but restore ignores. */
static void
note_what_restore_cannot(const struct stream *s, const struct de_inode *inode)
{
	const bool is_file = S_ISREG(inode->mode);
	const bool is_directory = S_ISDIR(inode->mode);

	if (inode->project != 0)
		findings_note(s->findings, inode->number, "restore does not "
		    "set its project id, %" PRIu32, inode->project);
	if (is_directory && (inode->flags & INODE_CASEFOLD) != 0)
		findings_note(s->findings, inode->number, "it ignores the "
		    "case of names, which restore may not be able to set up");
	if (is_file && (inode->flags & INODE_VERITY) != 0)
		findings_note(s->findings, inode->number, "it is protected by "
		    "fs-verity, which restore does not set up again");
	if ((is_file || is_directory) &&
	    (inode->flags & (INODE_IMMUTABLE | INODE_APPEND)) != 0)
		findings_note(s->findings, inode->number, "it is %s: once "
		    "restored, restore of a later level cannot change or "
		    "remove it", (inode->flags & INODE_IMMUTABLE) != 0 ?
		    "immutable" : "append-only");
	if (is_directory && source_has_xattrs(s->src) &&
	    (inode->properties & DE_INODE_HAS_XATTRS) != 0)
		findings_note(s->findings, inode->number, "it has extended "
		    "attributes; any that are removed later stay when a later "
		    "level is restored");
}

static enum de_status
put_inode(const struct stream *s, const struct de_inode *inode)
{
	enum de_status status;

	tape_begin_inode(s->tape);
	note_times(s, inode);
	note_what_restore_cannot(s, inode);
	stream_chain_note(s, inode);
	if (S_ISDIR(inode->mode))
		status = stream_directory_put(s, inode);
	else if (S_ISREG(inode->mode))
		status = stream_file_put(s, inode);
	else if (S_ISLNK(inode->mode))
		status = put_symlink(s, inode);
	else
		status = put_special(s, inode);
	if (status == DE_NO_MORE)
		return DE_OK;	/* left out, as the source has reported */
	if (status == DE_OK && source_has_xattrs(s->src))
		status = stream_xattr_put(s, inode);
	return status;
}

/* Is it still the inode that was selected? */
static bool
is_still(const struct stream *s, uint32_t selected, bool directory,
    const struct de_inode *inode)
{
	if (inode->number == selected &&
	    (S_ISDIR(inode->mode) != 0) == directory &&
	    (!S_ISLNK(inode->mode) ||
	    (inode->size > 0 && inode->size <= STREAM_TARGET_MAX)))
		return true;
	findings_add(s->findings, selected,
	    "left out: it was removed or replaced during the dump");
	return false;
}

/* Put the selected inodes that are, or are not, directories. */
static enum de_status
put_inodes(const struct stream *s, void *scan, bool directories)
{
	const struct inomap *map = directories ? &s->sel->directories :
	    &s->sel->dumped;
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;

	for (uint32_t from = inomap_next(map, 1); from != 0;
	    from = inomap_next(map, from + 1)) {
		if (!directories && inomap_has(&s->sel->directories, from))
			continue;
		if (inode.number < from)
			status = source_next(s->src, scan, from, &inode);
		if (status == DE_FAILED)
			return status;
		if (status == DE_NO_MORE)
			inode.number = UINT32_MAX;
		if (!is_still(s, from, directories, &inode))
			continue;
		status = put_inode(s, &inode);
		findings_settle(s->findings);
		if (status != DE_OK ||
		    tape_check_read_errors(s->tape) != DE_OK)
			return DE_FAILED;
	}
	return DE_OK;
}

static enum de_status
put_pass(const struct stream *s, bool directories)
{
	void *scan;
	enum de_status status = source_scan_begin(s->src, &scan);

	if (status != DE_OK)
		return status;
	status = put_inodes(s, scan, directories);
	source_scan_end(s->src, scan);
	return status;
}

enum de_status
passes_write(const struct stream *s)
{
	enum de_status status = put_maps(s);

	if (status == DE_OK) {
		report(s->rep, DE_DEBUG, "dumping (Pass III) [directories]");
		status = put_pass(s, true);
	}
	if (status == DE_OK) {
		report(s->rep, DE_DEBUG, "dumping (Pass IV) [regular files]");
		status = put_pass(s, false);
	}
	return status;
}
