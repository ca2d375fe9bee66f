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
		findings_note(s->findings, inode->number, "its device number "
		    "%" PRIu32 ":%" PRIu32 " is too large for restore(8)",
		    inode->device_major, inode->device_minor);
	return stream_put_blocks(s, HEADER_INODE, inode, &nothing, NULL);
}

static void
note_times(const struct stream *s, const struct de_inode *inode)
{
	if (header_holds_time(&inode->atime) &&
	    header_holds_time(&inode->mtime))
		return;
	findings_note(s->findings, inode->number, "its times (accessed %" PRId64
	    ", modified %" PRId64 " seconds since 1970) are outside the range "
	    "of restore(8), 1970 to 2106, which sets the nearest in it",
	    inode->atime.seconds, inode->mtime.seconds);
}

/* Note what the dump contains, in the extension, but restore ignores. */
static void
note_what_restore_cannot(const struct stream *s, const struct de_inode *inode)
{
	const bool is_file = S_ISREG(inode->mode);
	const bool is_directory = S_ISDIR(inode->mode);

	if (inode->project != 0)
		findings_note(s->findings, inode->number, "restore(8) does "
		    "not set its project id, %" PRIu32, inode->project);
	if (is_directory && (inode->flags & INODE_CASEFOLD) != 0)
		findings_note(s->findings, inode->number, "it ignores the "
		    "case of names, which restore(8) may not be able to set "
		    "up");
	if (is_file && (inode->flags & INODE_VERITY) != 0)
		findings_note(s->findings, inode->number, "it is protected by "
		    "fs-verity, which no restore sets up again");
	if ((is_file || is_directory) &&
	    (inode->flags & (INODE_IMMUTABLE | INODE_APPEND)) != 0)
		findings_note(s->findings, inode->number, "it is %s: once "
		    "restored, restore(8) of a later level cannot change or "
		    "remove it", (inode->flags & INODE_IMMUTABLE) != 0 ?
		    "immutable" : "append-only");
	if (is_directory && source_has_xattrs(s->src) &&
	    (inode->properties & DE_INODE_HAS_XATTRS) != 0)
		findings_note(s->findings, inode->number, "it has extended "
		    "attributes; any that are removed later stay when "
		    "restore(8) adds a later level");
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

/* What a pass over the inodes puts of each. */
enum pass { PASS_DIRECTORIES, PASS_FILES, PASS_LATE_ATTRIBUTES };

static bool
is_in_pass(const struct stream *s, enum pass pass, uint32_t inode)
{
	return pass != PASS_FILES || !inomap_has(&s->sel->directories, inode);
}

static enum de_status
put_late(const struct stream *s, uint32_t selected,
    const struct de_inode *inode)
{
	if (inode->number == selected)
		return stream_xattr_put_late(s, inode);
	findings_add(s->findings, selected, "its large attributes are left "
	    "out: it was removed during the dump");
	return DE_OK;
}

/* `selected` is in the pass; `inode` is what the source has now. */
static enum de_status
put_selected(const struct stream *s, enum pass pass, uint32_t selected,
    const struct de_inode *inode)
{
	if (pass == PASS_LATE_ATTRIBUTES)
		return put_late(s, selected, inode);
	return is_still(s, selected, pass == PASS_DIRECTORIES, inode) ?
	    put_inode(s, inode) : DE_OK;
}

static enum de_status
put_inodes(const struct stream *s, void *scan, enum pass pass,
    const struct inomap *map)
{
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;

	for (uint32_t from = inomap_next(map, 1); from != 0;
	    from = inomap_next(map, from + 1)) {
		if (!is_in_pass(s, pass, from))
			continue;
		if (inode.number < from)
			status = source_next(s->src, scan, from, &inode);
		if (status == DE_FAILED)
			return status;
		if (status == DE_NO_MORE)
			inode.number = UINT32_MAX;
		status = put_selected(s, pass, from, &inode);
		findings_settle(s->findings);
		if (status != DE_OK ||
		    tape_check_read_errors(s->tape) != DE_OK)
			return DE_FAILED;
	}
	return DE_OK;
}

static enum de_status
put_pass(const struct stream *s, enum pass pass, const struct inomap *map)
{
	void *scan;
	enum de_status status = source_scan_begin(s->src, &scan);

	if (status != DE_OK)
		return status;
	status = put_inodes(s, scan, pass, map);
	source_scan_end(s->src, scan);
	return status;
}

/* restore(8) does not read beyond the end of the stream. */
static enum de_status
put_behind_end(const struct stream *s)
{
	if (inomap_next(s->late, 1) == 0)
		return DE_OK;
	report(s->rep, DE_DEBUG, "dumping [large attributes]");
	const enum de_status status = tape_put_end(s->tape);
	return status != DE_OK ? status :
	    put_pass(s, PASS_LATE_ATTRIBUTES, s->late);
}

static enum de_status
put_all(const struct stream *s)
{
	enum de_status status = put_maps(s);

	if (status == DE_OK) {
		report(s->rep, DE_DEBUG, "dumping (Pass III) [directories]");
		status = put_pass(s, PASS_DIRECTORIES, &s->sel->directories);
	}
	if (status == DE_OK) {
		report(s->rep, DE_DEBUG, "dumping (Pass IV) [regular files]");
		status = put_pass(s, PASS_FILES, &s->sel->dumped);
	}
	return status == DE_OK ? put_behind_end(s) : status;
}

enum de_status
passes_write(const struct stream *stream)
{
	struct inomap late;
	struct stream s = *stream;

	if (!inomap_init(&late, s.src->info.max_inode)) {
		report(s.rep, DE_ERROR, "out of memory");
		return DE_FAILED;
	}
	s.late = &late;
	const enum de_status status = put_all(&s);
	inomap_free(&late);
	return status;
}
