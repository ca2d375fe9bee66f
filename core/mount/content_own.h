/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content_own.h - what the files content*.c share; nobody else includes it
 */
#ifndef CORE_CONTENT_OWN_H
#define CORE_CONTENT_OWN_H

#include <pthread.h>

#include "core/mount/content.h"
#include "core/mount/cursor.h"

/* A header of the inode, and the contents that follow it. */
struct content_span {
	struct cursor at;	/* its block */
	uint64_t offset;	/* in the file, of the first run, bytes */
};

struct content {
	pthread_mutex_t lock;	/* of all that changes: the spans and `now` */
	struct piece_cache *cache;	/* borrowed */
	uint32_t block;		/* bytes */
	uint8_t *first;		/* the inode's header, owned */
	struct header header;	/* decoded from it */
	uint64_t size;		/* bytes of contents */
	uint8_t *inlined;	/* contents that are in the header, owned;
				   NULL: they are not */
	size_t inlined_length;

	struct content_span *spans;	/* owned; the first is the inode */
	size_t span_count;
	size_t span_room;
	uint64_t stride;	/* headers from one span to the next */
	uint64_t since;		/* headers since the last span */

	/* The header that was looked at last. */
	uint8_t *now;		/* its block, owned */
	struct header now_header;
	uint64_t now_covers;	/* bytes of the file */
	uint64_t now_data;	/* bytes that follow in the stream */
};

enum content_step {
	CONTENT_SPAN,		/* a header of the contents */
	CONTENT_ENDED,		/* another header: there are no more */
	CONTENT_LOST		/* no header, or it cannot be read */
};

/* Look at the header there. */
enum content_step content_look(struct content *c,
    const struct content_span *span);

/* The header whose contents have this byte. */
enum content_step content_find(struct content *c, uint64_t offset,
    struct content_span *span);

/* The header behind the contents, at which content_look() has been. */
bool content_find_end(struct content *c, struct content_span *span);

/* As content_read(), also behind the size: bytes from the stream. */
bool content_read_raw(struct content *c, uint64_t offset, uint8_t *buffer,
    size_t length);

/* content_xattrs() while the lock is held. */
int content_take_xattrs(struct content *c, de_xattr_fn *take, void *arg);

#endif
