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

/*
 * The table being followed, from its beginning to its end: a line is in memory.
 * *new is NULL without -Q.  False if memory is out, with the verdict noted.
 */
struct restore_positions;
bool restore_positions_begin(struct restore *r, struct restore_positions **new);
void restore_positions_end(struct restore_positions *p);	/* NULL too */

/*
 * Have the set go near this inode, the next that is wanted.  Inodes ascend from
 * call to call.
 */
void restore_positions_aim(struct restore_positions *p, struct restore_set *s,
    uint32_t inode);

#endif
