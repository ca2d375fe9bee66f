/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * paths.h - the path of an inode, for messages
 *
 * Nothing is kept of the tree while it is dumped.  So one pass over all
 * directories finds a name for each inode that is asked for, and a second one,
 * over those that are needed, the names of the directories on the way to it.
 * The time is that of these passes, however many inodes and however deep or
 * wide the tree is.
 *
 * Memory: 12 bytes for each directory while they are looked up; a name and 24
 * bytes for each inode asked for and for each directory on the way to one.
 */
#ifndef CORE_PATHS_H
#define CORE_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "core/host/source.h"

struct paths;

/*
 * Look the inodes up; of one with several names, any.  Returns NULL if out of
 * memory.
 */
struct paths *paths_find(const struct source *src, const uint32_t *inodes,
    size_t count);

/*
 * "/srv/mail/box", "/.../box" if the way to it is not known, or "(no path
 * found)" for an inode without a name, not asked for, or if `paths` is NULL.
 * Valid until the next call.
 */
const char *paths_get(struct paths *paths, uint32_t inode);
void paths_free(struct paths *paths);

#endif
