/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * content.h - one inode of a set, read at any place of its contents
 *
 * Goes from header to header, and remembers where they are: at most 2 MiB an
 * inode, however large, and 80 bytes for a small one.  What is behind a header
 * that is damaged cannot be read.
 *
 * Any number of threads; they take turns.
 */
#ifndef CORE_CONTENT_H
#define CORE_CONTENT_H

#include "core/mount/inode_places.h"
#include "core/mount/piece_cache.h"

struct content;

/*
 * The inode at a place.  `cache` is borrowed.  NULL with errno set: EIO, if it
 * is not there or cannot be read, or ENOMEM.
 */
struct content *content_open(struct piece_cache *cache,
    const struct inode_place *place);
void content_close(struct content *c);		/* accepts NULL */

/* Its header; texts that it points to are not there. */
const struct header *content_header(const struct content *c);

/* Bytes of contents; 0 also where the set has them not. */
uint64_t content_size(const struct content *c);

/*
 * Bytes that are stored, if the first header tells it, or else no more than
 * `room` bytes of the stream.
 */
uint64_t content_stored(const struct content *c, uint64_t room);

/*
 * Fill the buffer; what is behind the end is left out.  Returns how many bytes
 * that were, or -EIO if any of them cannot be read, or -ENOMEM.
 */
ssize_t content_read(struct content *c, uint64_t offset, uint8_t *buffer,
    size_t length);

/*
 * The first byte from `offset` on that is data, or in a hole; the end is a hole.
 * Negative: -ENXIO if there is none, -EIO.
 */
int64_t content_seek(struct content *c, uint64_t offset, bool data);

/*
 * Pass on the attributes.  Returns 0, -EIO if any cannot be read (others may
 * have been passed on), or -ENOMEM.  What `take` returns other than DE_OK ends
 * it, and is no error.
 */
int content_xattrs(struct content *c, de_xattr_fn *take, void *arg);

#endif
