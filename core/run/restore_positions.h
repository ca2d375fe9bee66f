/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_positions.h - tables of positions (-P, -Q)
 *
 * In the format that dump(8) writes (doc/stream-format.md): for the first file
 * that begins in a record, its inode, the volume, and the position there.  Such a
 * table is a help and no more: where it is wrong, the set is read through.
 */
#ifndef CORE_RESTORE_POSITIONS_H
#define CORE_RESTORE_POSITIONS_H

#include "core/run/restore_own.h"

/* -P: read the set and write its table.  False: see r->verdict. */
bool restore_positions_write(struct restore *r);

/*
 * -Q: is the table of this set?  True without -Q.  False after a report, with
 * the verdict noted.
 */
bool restore_positions_check(struct restore *r);

/* With -Q: have the set go near the inode, the first that is wanted. */
void restore_positions_use(struct restore *r, struct restore_set *s,
    uint32_t inode);

#endif
