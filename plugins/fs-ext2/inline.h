/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inline.h - data stored in the inode itself (inline_data)
 *
 * The first 60 bytes replace the block map; the rest is the value of the
 * in-inode attribute "system.data".
 */
#ifndef FS_EXT2_INLINE_H
#define FS_EXT2_INLINE_H

#include "ext2.h"

/* The second part.  Returns its length, 0 if there is none. */
size_t inline_rest(const struct ext2 *e, const struct native *inode,
    const uint8_t **rest);

/*
 * Copy the first `length` bytes to `to`.  Returns how many there are, at most
 * `length`.
 */
size_t inline_copy(const struct ext2 *e, const struct native *inode,
    uint8_t *to, size_t length);

bool inline_is(const struct native *inode);

#endif
