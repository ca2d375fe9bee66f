/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * live_changes.h - what changed in a live source while it was dumped
 *
 * What is kept of the inodes is the maps of the selection and the footprints of
 * files, so what is compared is: the time of the last change of each inode
 * (ctime) with the moment at which the selection began, which tells of new
 * contents, sizes, owners and names; the sizes and blocks of files with those
 * that were dumped; and the inodes that there are with those that were
 * selected.  What was left out of the selection is left out here, too; what is
 * new counts if it is in a directory that was not.  All of it is looked at
 * afresh, through an instance of the source of its own.
 *
 * That names too much rather than too little: also what changed before it was
 * read, and is in the dump as it is now.  What it cannot see: what is written
 * over the contents of a file while the clock is set back, or by a write(2) that
 * began long before, and what the kernel does not note in the inode (a device or
 * file written to behind the back of the filesystem).  A file that was removed
 * has no path any more; its directory is among what changed.
 *
 * What has changed without its ctime telling is told to the supervisor, so that
 * the next level takes it.
 *
 * Memory: 3/8 byte per inode that the filesystem can have, and the footprints.
 */
#ifndef CORE_LIVE_CHANGES_H
#define CORE_LIVE_CHANGES_H

#include "core/select/findings.h"
#include "core/select/footprint.h"
#include "core/select/selection.h"

/* The moment, by the clock that inodes get their times from. */
struct de_time live_changes_now(void);

/*
 * Name what has changed since `since`, one finding each, told on `channel` as
 * well.  `used` is the instance that the dump was read through, `footprints` are
 * those of its files.  Returns how many there were; one, after reporting why, if
 * they cannot be looked for.
 */
uint64_t live_changes_report(const struct instance *used,
    const struct selection *sel, struct footprints *footprints,
    const struct de_time *since, int channel);

#endif
