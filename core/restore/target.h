/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.h - the directory that is restored to, reached by descriptors only
 *
 * Every directory is opened from its parent's descriptor by a single name,
 * without following links, beneath the root (openat2(2): RESOLVE_BENEATH,
 * RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV is not set; where the kernel has no
 * openat2, O_NOFOLLOW on a single name is the same).  No path is ever longer
 * than a name.  Where a directory is, its location, is kept by inode, so that
 * directories can be moved while they are in use by nobody.
 */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include "core/base/report.h"
#include "core/read/names.h"

struct target;

/* `root` is an open directory and stays the caller's.  NULL: no memory. */
struct target *target_new(int root, const struct names *names,
    struct report *rep);
void target_free(struct target *t);

/*
 * A descriptor of a directory of the tree, from a cache that each worker has of
 * its own; valid until the worker's next call.  -1 with errno set.
 */
int target_directory(struct target *t, unsigned int worker, uint32_t inode);

#endif
