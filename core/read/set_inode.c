/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/stat.h>

#include <string.h>

#include "core/read/set_own.h"

static bool
has_contents(const struct header *h)
{
	const uint16_t type = h->meta.mode & S_IFMT;

	return !h->metadata_only && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFIFO && type != S_IFSOCK;
}

/* What points into the old block points to the same place in the new one. */
static void
move_header(struct header *h, const uint8_t *from, const uint8_t *to)
{
	if (h->addrs != NULL)
		h->addrs = to + (h->addrs - from);
	if (h->inline_data != NULL)
		h->inline_data = to + (h->inline_data - from);
	if (h->list != NULL)
		h->list = to + (h->list - from);
}

void
set_begin_inode(struct set *s, const struct header *h, const uint8_t *block)
{
	struct set_inode *inode = &s->inode;

	memcpy(inode->block, block, s->block);
	*inode = (struct set_inode){
		.open = true,
		.block = inode->block,
		.header = *h,
		.size = has_contents(h) ? h->meta.size : 0,
	};
	move_header(&inode->header, block, inode->block);
	inode->withheld = inode->header.inline_data != NULL &&
	    inode->size > 0 && S_ISREG(h->meta.mode) &&
	    header_data_blocks(s->dialect, h) == 0;
	struct set_item *item = set_queue(s, SET_INODE, h->inode);
	item->header = &inode->header;
	item->is_hidden = h->is_hidden;
	set_begin_span(s, &inode->header, inode->block);
}

/* ---------------------------------------------------------------- contents */

static uint64_t
clip(const struct set_inode *inode, uint64_t bytes)
{
	const uint64_t left = inode->size - inode->offset;

	return bytes < left ? bytes : left;
}

static void
cover(struct set_inode *inode, uint64_t bytes)
{
	inode->covered = bytes > UINT64_MAX - inode->covered ? UINT64_MAX :
	    inode->covered + bytes;
}

static struct set_item *
put(struct set *s, enum set_kind kind, uint64_t length)
{
	struct set_inode *inode = &s->inode;

	struct set_item *item = set_queue(s, kind, inode->header.inode);
	item->offset = inode->offset;
	item->length = length;
	inode->offset += length;
	return item;
}

/* Holes are joined: a terabyte of them would be millions of items. */
static void
flush_hole(struct set *s)
{
	struct set_inode *inode = &s->inode;
	const uint64_t hole = inode->hole;

	if (hole == 0)
		return;
	inode->hole = 0;
	inode->offset -= hole;
	put(s, SET_HOLE, hole);
}

void
set_put_hole(struct set *s, uint64_t bytes)
{
	struct set_inode *inode = &s->inode;
	const uint64_t hole = inode->withheld ? 0 : clip(inode, bytes);

	cover(inode, bytes);
	inode->hole += hole;
	inode->offset += hole;
}

/*
 * Attributes of UFS2 begin in a new block behind the contents.  Of the next
 * `length` bytes, as many as returned belong to them.
 */
static uint64_t
count_xattr_bytes(const struct set *s, uint64_t length)
{
	const struct set_inode *inode = &s->inode;
	const uint64_t tail = inode->size % s->block;
	const uint64_t before = inode->size > inode->covered ?
	    inode->size - inode->covered : 0;
	const uint64_t padding = before > 0 && tail > 0 ?
	    s->block - tail : 0;

	if (inode->header.xattr_size == 0 || before >= length ||
	    padding >= length - before)
		return 0;
	return length - before - padding;
}

void
set_put_lost(struct set *s, uint64_t bytes, const char *why)
{
	struct set_inode *inode = &s->inode;
	const uint64_t lost = clip(inode, bytes);

	if (count_xattr_bytes(s, bytes) > 0 && !inode->has_xattrs)
		set_gather_lose(s);
	cover(inode, bytes);
	if (lost == 0)
		return;
	inode->damaged = true;
	if (inode->unwanted) {
		inode->offset += lost;
		return;
	}
	flush_hole(s);
	put(s, SET_LOST_DATA, lost)->why = why;
}

void
set_put_doubt(struct set *s, uint64_t bytes, const char *why)
{
	struct set_inode *inode = &s->inode;

	inode->damaged = true;
	if (inode->unwanted || bytes == 0)
		return;
	struct set_item *item = set_queue(s, SET_DOUBT, inode->header.inode);
	item->offset = inode->offset - bytes;
	item->length = bytes;
	item->why = why;
}

bool
set_put_data(struct set *s, const uint8_t *bytes, uint64_t length,
    struct chunk *chunk)
{
	struct set_inode *inode = &s->inode;
	const uint64_t part = clip(inode, length);

	if (part > 0) {
		flush_hole(s);
		struct set_item *item = put(s, SET_DATA, part);
		item->bytes = bytes;
		item->chunk = chunk;
		if (chunk != NULL)
			chunk_hold(chunk);
	}
	const uint64_t xattrs = count_xattr_bytes(s, length);
	if (xattrs > 0 && !set_gather_add(s, bytes + (length - xattrs),
	    xattrs))
		return false;
	cover(inode, length);
	return true;
}

/* --------------------------------------------------------------------- end */

/* No attribute with the rest of the inline data has come. */
static void
put_inline(struct set *s)
{
	struct set_inode *inode = &s->inode;

	inode->withheld = false;
	set_put_data(s, inode->header.inline_data,
	    clip(inode, HEADER_INLINE_BYTES), NULL);
	set_put_lost(s, UINT64_MAX, "the rest of its inline data is missing");
}

void
set_end_inode(struct set *s, const char *why)
{
	struct set_inode *inode = &s->inode;

	if (!inode->unwanted) {
		if (inode->withheld)
			put_inline(s);
		if (why != NULL)
			set_put_lost(s, UINT64_MAX, why);
		set_put_hole(s, UINT64_MAX);
		flush_hole(s);
	}
	struct set_item *item = set_queue(s, SET_INODE_END,
	    inode->header.inode);
	item->header = &inode->header;
	item->complete = !inode->damaged;
	s->with_records = inode->has_records ? s->with_records + 1 : 0;
	inode->open = false;
	if (inode->bridged == 0)
		return;
	item = set_queue(s, SET_LOST, 0);
	item->length = inode->bridged;
	item->why = "headers within an inode, whose contents go on after them";
}
