/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * paths.h - the path of an inode, for messages
 *
 * The tree is not kept while it is dumped.  So one pass over all directories
 * finds a name for each requested inode, and a second pass, over the
 * directories needed, finds the names of the directories on its path.  The time
 * is that of these passes, however many inodes there are and whatever the shape
 * of the tree.
 *
 * Memory: 12 bytes per directory during the search; a name and 24 bytes for
 * each requested inode and each directory on the path of one.
 */
#ifndef CORE_PATHS_H
#define CORE_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "core/host/source.h"

struct paths;

/*
 * Look up inodes; for one with several names, any of them.  Returns NULL if out
 * of memory.
 */
struct paths *paths_find(const struct source *src, const uint32_t *inodes,
    size_t count);

/*
 * "/srv/mail/box"; "/.../box" if the directories above are unknown; or "(no
 * path found)" for an inode without a name, not requested, or if `paths` is
 * NULL.  Valid until the next call.
 */
const char *paths_get(struct paths *paths, uint32_t inode);
void paths_free(struct paths *paths);

#endif
