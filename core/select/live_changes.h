/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * live_changes.h - what changed in a live source while it was dumped
 *
 * Only the maps of the selection and the footprints of files are kept, so the
 * following are compared: the change time of each inode (ctime) with the start
 * of the selection, which reveals new contents, sizes, owners and names; the
 * size and layout of files with those dumped; and the existing inodes with
 * those selected.  What was excluded from the selection is excluded here, too;
 * a new inode counts if it is in a directory that was not excluded.  Everything
 * is read again, through a separate instance of the source.
 *
 * This errs on the side of naming too much: it includes what changed before it
 * was read and is up to date in the dump.  It cannot detect contents
 * overwritten while the clock is set back or by a write(2) that began long
 * before, nor changes that the kernel does not record in the inode (a device or
 * file written bypassing the filesystem).  A removed file has no path any more;
 * its directory is among the changed ones.
 *
 * Changes without a newer ctime are passed to the supervisor, so that the next
 * level includes them.
 *
 * Memory: 3/8 byte per possible inode, and the footprints.
 */
#ifndef CORE_LIVE_CHANGES_H
#define CORE_LIVE_CHANGES_H

#include "core/select/findings.h"
#include "core/select/footprint.h"
#include "core/select/selection.h"

/* The current time, by the clock that inode times come from. */
struct de_time live_changes_now(void);

/*
 * Report what has changed since `since`, one finding each, also on `channel`.
 * `used` is the instance that the dump was read through, `footprints` are those
 * of its files.  Returns the number of changes; one, after reporting why, if
 * they cannot be determined.
 */
uint64_t live_changes_report(const struct instance *used,
    const struct selection *sel, struct footprints *footprints,
    const struct de_time *since, int channel);

#endif
