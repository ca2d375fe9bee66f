/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.h - the directory that is restored to, reached by descriptors only
 *
 * Every directory is opened from its parent's descriptor by a single name,
 * without following links, beneath the root (openat2(2): RESOLVE_BENEATH,
 * RESOLVE_NO_SYMLINKS; where the kernel has no openat2, O_NOFOLLOW on a single
 * name is the same).  Mount points may be crossed.  No path is ever longer than
 * a name, and no depth is too great.
 *
 * Each worker has a cache of descriptors of its own, at most 512; all of them
 * together leave half of RLIMIT_NOFILE, or 128 descriptors, to others.
 */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include "core/read/names.h"

struct target;

/*
 * `root` is an open directory and stays the caller's.  Workers are numbered
 * from 0 to workers - 1.  NULL if out of memory.
 */
struct target *target_new(int root, const struct names *names,
    unsigned int workers);
void target_free(struct target *t);

/*
 * A descriptor of a directory of the tree; valid until the worker's next call.
 * It is open for reading, or, if the user may not read it, with O_PATH.  -1
 * with errno set; ENOENT also if it is not in the tree.
 */
int target_directory(struct target *t, unsigned int worker, uint32_t inode);

/*
 * The rest is for a single thread while nobody else uses the target.
 *
 * From now on, directories are where these names say, and descriptors opened
 * before are closed.
 */
void target_set_names(struct target *t, const struct names *names);

/*
 * The directory `inode` is now in `directory` under that name, whatever the
 * names say; `inode` may be one that no set has, such as 0.  Descriptors of it
 * stay valid: it is the same directory.  False if out of memory.
 */
bool target_set_location(struct target *t, uint32_t inode, uint32_t directory,
    const char *name, size_t length);

/*
 * The directory has been removed or is another one: close its descriptors, and
 * take its location from the names.
 */
void target_forget(struct target *t, uint32_t inode);

#endif
