/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * paths.h - the path of an inode, for messages
 *
 * One pass over all directories finds a name for each inode asked for; from
 * there on it climbs.  Slow, as nothing is kept of the tree while it is
 * dumped; meant for the few inodes that something has to be said about.
 */
#ifndef CORE_PATHS_H
#define CORE_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "core/source.h"

struct paths;

/*
 * Look the inodes up; of one with several names, any.  Returns NULL if out of
 * memory.
 */
struct paths *paths_find(const struct source *src, const uint32_t *inodes,
    size_t count);

/*
 * "/srv/mail/box", or "(no path found)" for an inode without a name, not asked
 * for, or if `paths` is NULL.
 */
const char *paths_get(const struct paths *paths, uint32_t inode);
void paths_free(struct paths *paths);

#endif
