/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content_xattrs.c - the attributes of an inode: behind its contents, at their
 * end, or in its header
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/xattr_decode.h"
#include "core/mount/content_own.h"

#define GATHER_MAX ((size_t)16 << 20)	/* attributes of an inode, bytes */

/* What goes from header to header. */
struct taking {
	struct content *c;
	de_xattr_fn *take;
	void *arg;
	int result;		/* 0, or a negative error */
	bool ended;		/* `take` wants no more */

	uint8_t *bytes;		/* of a record, owned */
	size_t length;
	size_t wanted;
	enum header_part part;
	bool is_open;		/* more of it may come */
};

static enum de_status
pass_on(void *arg, const struct de_xattr *xattr)
{
	struct taking *t = arg;
	const enum de_status status = t->take(t->arg, xattr);

	t->ended = status != DE_OK;
	return t->ended ? DE_FAILED : DE_OK;
}

static void
decode(struct taking *t, enum header_part part, const uint8_t *bytes,
    size_t length)
{
	if (xattr_decode(piece_cache_dialect(t->c->cache), part, bytes, length,
	    pass_on, t) != DE_OK && !t->ended)
		t->result = -EIO;
}

/* ----------------------------------------------------------------- records */

static void
finish(struct taking *t)
{
	if (!t->is_open)
		return;
	t->is_open = false;
	if (t->length == t->wanted)
		decode(t, t->part, t->bytes, t->length);
	else
		t->result = -EIO;
}

static void
begin(struct taking *t, const struct header *h)
{
	t->part = h->part;
	t->length = 0;
	t->wanted = 0;
	if (h->meta.size > GATHER_MAX) {
		t->result = -EIO;
		return;
	}
	uint8_t *bytes = realloc(t->bytes, (size_t)h->meta.size + 1);
	if (bytes == NULL) {
		t->result = -ENOMEM;
		return;
	}
	t->bytes = bytes;
	t->wanted = (size_t)h->meta.size;
	t->is_open = true;
}

/* The blocks behind the header at `at`. */
static bool
gather(struct taking *t, const struct cursor *at)
{
	const struct content *c = t->c;
	const size_t left = t->wanted - t->length;
	const size_t part = c->now_data < left ? (size_t)c->now_data : left;

	if (!cursor_peek(at, c->block, t->bytes + t->length, part))
		return false;
	t->length += part;
	return true;
}

/* Is this header, behind the contents, of the inode, too? */
static bool
belongs(const struct content *c)
{
	const struct header *h = &c->now_header;

	return h->inode == c->header.inode && (h->type == HEADER_ADDR ||
	    (h->type == HEADER_INODE && h->part != HEADER_PART_DATA));
}

/* False if what is there cannot be read. */
static bool
take_header(struct taking *t, const struct cursor *at)
{
	const struct header *h = &t->c->now_header;
	const bool goes_on = h->type == HEADER_ADDR && t->is_open &&
	    h->part == t->part;

	if (!goes_on)
		finish(t);
	if (h->part == HEADER_PART_DATA || h->part == HEADER_PART_UNKNOWN)
		return true;
	if (!goes_on)
		begin(t, h);
	return !t->is_open || gather(t, at);
}

static void
take_records(struct taking *t)
{
	struct content *c = t->c;
	struct content_span span;

	if (!content_find_end(c, &span)) {
		t->result = -EIO;
		return;
	}
	while (!t->ended && t->result != -ENOMEM && belongs(c)) {
		if (!take_header(t, &span.at) || !cursor_skip(&span.at,
		    c->block + c->now_data) ||
		    content_look(c, &span) == CONTENT_LOST) {
			t->result = -EIO;
			break;
		}
	}
	if (!t->ended)
		finish(t);
}

/* --------------------------------------------------------- other dialects */

/* UFS2: they begin in a new block behind the contents. */
static void
take_tail(struct taking *t)
{
	const struct content *c = t->c;
	const uint64_t begin_at = (c->size + c->block - 1) / c->block *
	    c->block;
	const size_t length = c->header.xattr_size;

	if (length == 0)
		return;
	uint8_t *bytes = length > GATHER_MAX ? NULL : malloc(length);
	if (bytes == NULL)
		t->result = length > GATHER_MAX ? -EIO : -ENOMEM;
	else if (content_read_raw(t->c, begin_at, bytes, length))
		decode(t, HEADER_PART_DATA, bytes, length);
	else
		t->result = -EIO;
	free(bytes);
}

int
content_take_xattrs(struct content *c, de_xattr_fn *take, void *arg)
{
	struct taking t = { .c = c, .take = take, .arg = arg };

	take_tail(&t);
	if (!t.ended && c->header.list != NULL)
		decode(&t, HEADER_PART_SHADOW, c->header.list,
		    c->header.list_length);
	if (!t.ended)
		take_records(&t);
	free(t.bytes);
	return t.result;
}
