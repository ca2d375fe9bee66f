/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_xattr.h - the attribute records of an inode
 *
 * restore gives up a record at the first attribute that it cannot set.  So
 * plain attributes come first, and those that may fail each have a record of
 * their own; but a directory can have only one record, where they come last.
 */
#ifndef CORE_STREAM_XATTR_H
#define CORE_STREAM_XATTR_H

#include "core/write/stream.h"

/*
 * Put those that an inode of any type has, and one that takes away an access
 * control list that restore would have it inherit.  DE_OK or DE_FAILED, as
 * passes_write().
 */
enum de_status stream_xattr_put(const struct stream *s,
    const struct de_inode *inode);

#endif
