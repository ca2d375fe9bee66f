/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_xattr.h - the attribute records of an inode
 *
 * restore abandons a record at the first attribute that it cannot set.  So
 * plain attributes come first, and each of those that may fail gets its own
 * record; but a directory can have only one record, where they come last.
 *
 * What is too large for that is put behind the end of the stream, where only
 * dumpengine-restore reads on.  It is read again for that, so it takes no
 * memory until then.
 */
#ifndef CORE_STREAM_XATTR_H
#define CORE_STREAM_XATTR_H

#include "core/write/stream.h"

/*
 * Put the records of the attributes of an inode of any type, and of a list that
 * cancels an access control list that restore would have it inherit.  Returns
 * DE_OK or DE_FAILED, like passes_write().
 */
enum de_status stream_xattr_put(const struct stream *s,
    const struct de_inode *inode);

/*
 * Behind the end of the stream: put the attributes that stream_xattr_put()
 * could not, each in a record of its own.  Returns the same.
 */
enum de_status stream_xattr_put_late(const struct stream *s,
    const struct de_inode *inode);

#endif
