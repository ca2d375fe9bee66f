/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_bare.h - inodes that a set has without their contents
 *
 * dump(8) with -m writes only owner, mode, times and attributes of an inode of
 * which nothing else has changed; the contents are in an older set of the chain.
 * Which inodes these are is known once all sets have been read.
 *
 * Costs 12 bytes for each such inode of a set, in a temporary file
 * (core/base/growing.h), and nothing if there are none.  One thread.
 */
#ifndef CORE_RESTORE_BARE_H
#define CORE_RESTORE_BARE_H

#include "core/run/restore_own.h"

struct header;
struct restore_bare;

/* For the sets of `r`, which is borrowed.  NULL after a report. */
struct restore_bare *restore_bare_new(struct restore *r);
void restore_bare_free(struct restore_bare *b);

/*
 * The next inode without contents of the set with that number; they come in
 * ascending order, and others are passed over.  False if there is no room, which
 * has been said.
 */
bool restore_bare_add(struct restore_bare *b, size_t set,
    const struct header *header);

/*
 * Does an older set than that one have the inode, as far as its map is known?
 */
bool restore_bare_has_older(const struct restore_bare *b, size_t set,
    uint32_t inode);

/*
 * The set with that number has this inode with its contents.  Are they what the
 * newest set has the metadata of?  Not if a set between them has other contents,
 * did not have the inode in use, or has it with another type or generation: then
 * its number was used again.
 */
bool restore_bare_is_completed_by(const struct restore_bare *b, size_t set,
    const struct header *header);

#endif
