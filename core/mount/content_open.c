/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/xattr_decode.h"
#include "core/mount/content_own.h"

#define INLINE_BYTES 60		/* of inline data, in a header */

/* ----------------------------------------------------------------- opening */

static bool
has_contents(const struct header *h)
{
	const uint16_t type = h->meta.mode & S_IFMT;

	return !h->metadata_only && (type == S_IFREG || type == S_IFLNK ||
	    type == S_IFDIR);
}

static bool
read_header(struct content *c, const struct inode_place *place)
{
	c->spans[0].at = (struct cursor){
		.cache = c->cache,
		.position = place->position,
		.volume = place->volume,
	};
	struct cursor at = c->spans[0].at;
	if (!cursor_read(&at, c->first, c->block) ||
	    !header_decode(piece_cache_dialect(c->cache), c->first, &c->header) ||
	    c->header.type != HEADER_INODE ||
	    c->header.part != HEADER_PART_DATA ||
	    c->header.inode != place->inode)
		return false;
	c->spans[0].at.number = c->header.tapea;
	c->size = has_contents(&c->header) ? c->header.meta.size : 0;
	return c->size <= INT64_MAX;
}

struct inlined {
	struct content *c;
	bool failed;
};

static enum de_status
take_inline(void *arg, const struct de_xattr *xattr)
{
	struct inlined *in = arg;
	struct content *c = in->c;

	if (strcmp(xattr->name, XATTR_INLINE_DATA) != 0)
		return DE_OK;
	const size_t length = INLINE_BYTES + xattr->value_length;
	uint8_t *bytes = realloc(c->inlined, length);
	if (bytes == NULL) {
		in->failed = true;
		return DE_FAILED;
	}
	c->inlined = bytes;
	memcpy(bytes + INLINE_BYTES, xattr->value, xattr->value_length);
	c->inlined_length = length;
	return DE_NO_MORE;
}

/* Small files of Linux may be in the inode; the rest is an attribute. */
static bool
read_inline(struct content *c)
{
	struct inlined in = { .c = c };
	const struct header *h = &c->header;

	if (h->inline_data == NULL || c->size == 0 || !S_ISREG(h->meta.mode) ||
	    header_data_blocks(piece_cache_dialect(c->cache), h) > 0)
		return true;
	c->inlined = malloc(INLINE_BYTES);
	if (c->inlined == NULL)
		return false;
	memcpy(c->inlined, h->inline_data, INLINE_BYTES);
	c->inlined_length = INLINE_BYTES;
	if (c->size > INLINE_BYTES)
		content_take_xattrs(c, take_inline, &in);
	return !in.failed;
}

static bool
make(struct content *c, struct piece_cache *cache)
{
	c->cache = cache;
	c->block = piece_cache_dialect(cache)->block_size;
	c->first = malloc(c->block);
	c->now = malloc(c->block);
	c->spans = calloc(1, sizeof(*c->spans));
	c->span_count = c->span_room = 1;
	c->stride = 1;
	return c->first != NULL && c->now != NULL && c->spans != NULL;
}

struct content *
content_open(struct piece_cache *cache, const struct inode_place *place)
{
	struct content *c = calloc(1, sizeof(*c));
	int error = ENOMEM;

	if (c == NULL)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	if (make(c, cache)) {
		error = EIO;
		if (read_header(c, place)) {
			if (read_inline(c))
				return c;
			error = ENOMEM;
		}
	}
	content_close(c);
	errno = error;
	return NULL;
}

void
content_close(struct content *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c->first);
	free(c->now);
	free(c->spans);
	free(c->inlined);
	free(c);
}

const struct header *
content_header(const struct content *c)
{
	return &c->header;
}

uint64_t
content_size(const struct content *c)
{
	return c->size;
}

uint64_t
content_stored(const struct content *c, uint64_t room)
{
	const struct dialect *d = piece_cache_dialect(c->cache);
	const uint64_t data = header_data_blocks(d, &c->header) * c->block;
	struct header_runs runs;
	uint64_t covers = 0;
	uint32_t blocks;
	bool is_data;

	header_runs_begin(&runs, d, &c->header);
	while (header_runs_next(&runs, &blocks, &is_data))
		covers += (uint64_t)blocks * c->block;
	const uint64_t most = covers >= c->size ? data :
	    room > c->block ? room - c->block : 0;
	return c->inlined != NULL || most > c->size ? c->size : most;
}

/* ----------------------------------------------------------------- reading */

static ssize_t
read_inlined(const struct content *c, uint64_t offset, uint8_t *buffer,
    size_t length)
{
	if (offset > c->inlined_length || length > c->inlined_length - offset)
		return -EIO;
	memcpy(buffer, c->inlined + offset, length);
	return (ssize_t)length;
}

ssize_t
content_read(struct content *c, uint64_t offset, uint8_t *buffer,
    size_t length)
{
	if (offset >= c->size || length == 0)
		return 0;
	if (length > c->size - offset)
		length = (size_t)(c->size - offset);
	if (c->inlined != NULL)
		return read_inlined(c, offset, buffer, length);
	pthread_mutex_lock(&c->lock);
	const bool ok = content_read_raw(c, offset, buffer, length);
	pthread_mutex_unlock(&c->lock);
	return ok ? (ssize_t)length : -EIO;
}

int
content_xattrs(struct content *c, de_xattr_fn *take, void *arg)
{
	pthread_mutex_lock(&c->lock);
	const int result = content_take_xattrs(c, take, arg);
	pthread_mutex_unlock(&c->lock);
	return result;
}
