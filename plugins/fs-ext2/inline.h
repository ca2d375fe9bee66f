/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inline.h - what is kept in an inode itself (inline_data)
 *
 * The first 60 bytes take the place of the block map; the rest is the value
 * of an attribute inside the inode, "system.data".
 */
#ifndef FS_EXT2_INLINE_H
#define FS_EXT2_INLINE_H

#include "ext2.h"

/* The second part of it.  Returns its length, 0 if there is none. */
size_t inline_rest(const struct ext2 *e, const struct native *inode,
    const uint8_t **rest);

/*
 * The first `length` bytes of it into `to`.  Returns how many there are, at
 * most `length`.
 */
size_t inline_copy(const struct ext2 *e, const struct native *inode,
    uint8_t *to, size_t length);

bool inline_is(const struct native *inode);

#endif
