/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_kept.h - what was found by reading a set through is kept
 *
 * In the file of --index-file or, for a set of 8 MiB or more, in
 * $XDG_CACHE_HOME/dumpengine, by default /var/cache/dumpengine for root and
 * ~/.cache/dumpengine for others, by the label, date and contents of its first
 * header.  It is a help and never a need: it may be removed at any time, and what
 * does not fit, or cannot be written, is a warning at most.
 */
#ifndef CORE_RESTORE_KEPT_H
#define CORE_RESTORE_KEPT_H

#include "core/mount/inode_places.h"
#include "core/run/restore_set.h"

struct restore_kept;

/* Where that of a set is.  NULL: nowhere, or out of memory. */
struct restore_kept *restore_kept_new(struct restore *r,
    const struct restore_set *s);
void restore_kept_free(struct restore_kept *k);		/* accepts NULL */

/*
 * Pass on what is kept of the set.  *fits: there was something, and all of it is
 * right as far as can be told.  False after a report: `take` failed, or memory.
 */
bool restore_kept_read(struct restore_kept *k,
    bool (*take)(void *arg, const struct inode_place *place), void *arg,
    bool *fits);

/* Keep them. */
void restore_kept_write(struct restore_kept *k,
    const struct inode_places *places);

#endif
