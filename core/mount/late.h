/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * late.h - the attributes that a set has behind its end
 *
 * Those that are too large for restore(8); there are few.  Costs 16 bytes for
 * each, its name and its value, in a temporary file if that is much.
 *
 * One thread fills it.  After that any number may look things up.
 */
#ifndef CORE_LATE_H
#define CORE_LATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

struct late;

/* `folder`: of the temporary files.  NULL with errno set. */
struct late *late_new(const char *folder);
void late_free(struct late *l);			/* accepts NULL */

/* Of inodes in ascending order; others are left out.  False with errno set. */
bool late_add(struct late *l, uint32_t inode, const struct de_xattr *xattr);

/* Pass on those of an inode; the result of `take` if that is not DE_OK. */
enum de_status late_each(const struct late *l, uint32_t inode,
    de_xattr_fn *take, void *arg);

#endif
