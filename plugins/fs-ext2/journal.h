/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * journal.h - read a filesystem as it will be after its recovery
 *
 * Does what a mount or e2fsck would do with the journal of a filesystem that
 * was not unmounted, but lays the blocks over the device in memory (device.h).
 * The log ends, as after any crash, where the first transaction is not whole.
 * One that is whole by its commit block but is damaged is refused, and so is
 * everything else that cannot be trusted: half a recovery would be a tree that
 * never was.
 *
 * Time is linear in the length of the log.  Memory: 16 bytes for each block in
 * it while it runs, and what device.h says afterwards.
 */
#ifndef FS_EXT2_JOURNAL_H
#define FS_EXT2_JOURNAL_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

/*
 * Recover `fs`, which is open on `device` and needs it.  `path` is the device
 * of an external journal, or NULL.  Afterwards `fs` has to be opened anew.
 * DE_OK; DE_FAILED after reporting why the journal cannot be replayed, and
 * nothing lies over the device.
 */
enum de_status journal_recover(const struct de_host *host,
    struct device *device, ext2_filsys fs, const char *path);

#endif
