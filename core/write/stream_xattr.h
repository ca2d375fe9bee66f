/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_xattr.h - the attribute records of an inode
 *
 * restore abandons a record at the first attribute that it cannot set.  So
 * plain attributes come first, and each of those that may fail gets its own
 * record; but a directory can have only one record, where they come last.
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

#endif
