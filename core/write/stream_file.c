/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/stream_file.h"

#include <inttypes.h>
#include <string.h>

#define SEGMENT_BYTES ((uint64_t)HEADER_ADDRS * DE_TAPE_BLOCK)
#define HOLES_NOTED 65536	/* headers for 32 GiB, 64 MiB of stream */

struct file {
	const struct stream *s;
	const struct de_inode *inode;
	enum header_type type;		/* of the next header */
	uint64_t begin;			/* of the segment, in the file */
	uint64_t end;			/* of the extents so far, likewise */
	uint8_t addrs[HEADER_ADDRS];
	struct de_extent extents[HEADER_ADDRS];	/* in the segment */
	uint32_t extent_count;
	uint64_t empty_segments;	/* headers for nothing but holes */
	uint64_t bad_count;		/* invalid extents */
	struct de_extent bad;		/* the first of them, */
	const char *why;		/* and what is wrong with it */
	struct footprint footprint;	/* of a live source only */
};

/* Put data that the source returned with the extent, as ready tape blocks. */
static enum de_status
put_bytes(const struct stream *s, const struct de_extent *e)
{
	uint8_t block[DE_TAPE_BLOCK];
	enum de_status status = DE_OK;

	for (uint64_t at = 0; status == DE_OK && at < e->length;
	    at += DE_TAPE_BLOCK) {
		const uint64_t rest = e->length - at;
		const size_t n = rest < DE_TAPE_BLOCK ? (size_t)rest :
		    DE_TAPE_BLOCK;
		memcpy(block, e->bytes + at, n);
		memset(block + n, 0, DE_TAPE_BLOCK - n);
		status = tape_put_data(s->tape, block);
	}
	return status;
}

static enum de_status
put_extent(const struct file *f, const struct de_extent *e)
{
	const struct ring_extent extent = {
		.address = e->address,
		.length = e->length,
		.inode = f->inode->number,
		.offset = e->offset,
	};

	if (e->bytes != NULL)
		return put_bytes(f->s, e);
	return tape_put_extent(f->s->tape, &extent);
}

/* Put header and data of the segment, and begin the next one. */
static enum de_status
flush_segment(struct file *f)
{
	uint8_t block[DE_TAPE_BLOCK];
	const uint64_t rest = f->inode->size - f->begin;
	const uint64_t bytes = rest < SEGMENT_BYTES ? rest : SEGMENT_BYTES;
	const struct header_content content = {
		.size = f->inode->size,
		.addrs = f->addrs,
		.count = (uint32_t)((bytes + DE_TAPE_BLOCK - 1) /
		    DE_TAPE_BLOCK),
	};

	header_inode(f->s->header, block, f->type, f->inode, &content);
	enum de_status status = tape_put_header(f->s->tape, block);
	for (uint32_t i = 0; status == DE_OK && i < f->extent_count; i++)
		status = put_extent(f, &f->extents[i]);
	f->empty_segments += f->extent_count == 0;
	if (f->extent_count > 0)
		memset(f->addrs, 0, sizeof(f->addrs));
	f->extent_count = 0;
	f->begin += bytes;
	f->type = HEADER_ADDR;
	return status;
}

/* Add the part of an extent that is in the segment. */
static void
collect(struct file *f, const struct de_extent *e)
{
	const uint64_t first = (e->offset - f->begin) / DE_TAPE_BLOCK;
	const uint64_t blocks = (e->length + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK;

	memset(f->addrs + first, 1, (size_t)blocks);
	f->extents[f->extent_count++] = *e;
}

/* The extent is left out: the dump has a hole there. */
static void
note_bad_extent(struct file *f, const struct de_extent *e, const char *why)
{
	if (f->bad_count++ > 0)
		return;
	f->bad = *e;
	f->why = why;
}

/* Returns what is wrong with an extent, or NULL. */
static const char *
find_fault(const struct file *f, const struct de_extent *e)
{
	uint64_t end;

	if (e->length == 0 ||
	    __builtin_add_overflow(e->offset, e->length, &end) ||
	    end > f->inode->size)
		return "reaches past the end of the file";
	if (e->offset < f->end)
		return "overlaps the one before it";
	if (e->offset % DE_TAPE_BLOCK != 0 ||
	    (end % DE_TAPE_BLOCK != 0 && end != f->inode->size))
		return "is not aligned to 1024 bytes";
	return NULL;
}

static void
report_bad_extents(const struct file *f)
{
	if (f->bad_count == 0)
		return;
	findings_add(f->s->findings, f->inode->number, "%" PRIu64 " of its "
	    "extents %s invalid and left out; the first, of %" PRIu64
	    " bytes at offset %" PRIu64 ", %s; repair the filesystem",
	    f->bad_count, f->bad_count == 1 ? "is" : "are",
	    f->bad.length, f->bad.offset, f->why);
}

static enum de_status
take_extent(void *arg, const struct de_extent *extent)
{
	struct file *f = arg;
	struct de_extent rest = *extent;
	const char *why = find_fault(f, extent);

	if (f->s->footprints != NULL)
		footprint_add(&f->footprint, extent);
	if (why != NULL) {
		note_bad_extent(f, extent, why);
		return DE_OK;
	}
	f->end = extent->offset + extent->length;
	while (rest.length > 0) {
		const uint64_t border = f->begin + SEGMENT_BYTES;
		if (rest.offset >= border) {
			const enum de_status status = flush_segment(f);
			if (status != DE_OK)
				return status;
			continue;
		}
		struct de_extent part = rest;
		if (part.length > border - part.offset)
			part.length = border - part.offset;
		collect(f, &part);
		rest.offset += part.length;
		rest.address += part.length;
		if (rest.bytes != NULL)
			rest.bytes += part.length;
		rest.length -= part.length;
	}
	return DE_OK;
}

/*
 * restore loses data that it has buffered when a partial last tape block is a
 * hole right after it.  So write that block as zeros.
 */
static enum de_status
fill_tail(struct file *f)
{
	static const uint8_t zeros[DE_TAPE_BLOCK];
	const uint64_t tail = f->inode->size % DE_TAPE_BLOCK;
	const struct de_extent extent = {
		.struct_size = sizeof(extent),
		.offset = f->inode->size - tail,
		.length = tail,
		.bytes = zeros,
	};

	if (tail == 0 || f->end == 0 || f->end != extent.offset)
		return DE_OK;
	return take_extent(f, &extent);
}

/* Leaves `extents` alone: zeroing its 24 KiB for every empty file is costly. */
static void
begin_file(struct file *f, const struct stream *s,
    const struct de_inode *inode)
{
	f->s = s;
	f->inode = inode;
	f->type = HEADER_INODE;
	f->begin = f->end = 0;
	f->bad_count = f->empty_segments = 0;
	f->extent_count = 0;
	memset(f->addrs, 0, sizeof(f->addrs));
}

enum de_status
stream_file_put(const struct stream *s, const struct de_inode *inode)
{
	struct file f;
	enum de_status status = DE_OK;

	begin_file(&f, s, inode);
	if (s->footprints != NULL)
		f.footprint = footprint_begin(inode);
	if (inode->size > 0)
		status = source_map_file(s->src, inode, take_extent, &f);
	if (status == DE_FAILED && stream_may_go_on(s)) {
		findings_add(s->findings, inode->number, "its block map cannot "
		    "be read to the end; everything after offset %" PRIu64
		    " is a hole in the dump", f.end);
		status = DE_OK;
	}
	report_bad_extents(&f);
	if (status == DE_OK && s->footprints != NULL)
		footprints_keep(s->footprints, inode->number, &f.footprint);
	if (status == DE_OK)
		status = fill_tail(&f);
	/* The last segment, a hole at the end, or an empty file. */
	while (status == DE_OK &&
	    (f.begin < inode->size || f.type == HEADER_INODE))
		status = flush_segment(&f);
	if (f.empty_segments > HOLES_NOTED)
		findings_note(s->findings, inode->number, "its holes take %"
		    PRIu64 " MiB of the dump, which restore(8) is slow to skip",
		    f.empty_segments / 1024);
	return status;
}
