/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * journal.h - present a filesystem as it will be after recovery
 *
 * Does what a mount or e2fsck would do with the journal of a filesystem that
 * was not cleanly unmounted, but puts the blocks in an overlay in memory
 * (device.h).  As after any crash, the log ends at the first incomplete
 * transaction.  One that is damaged although its commit block is complete is
 * refused, like everything else that cannot be trusted: half a recovery would
 * give a state that never existed.
 *
 * Time is linear in the length of the log.  Memory: 16 bytes per block in it
 * during the replay, and what device.h says afterwards.
 */
#ifndef FS_EXT2_JOURNAL_H
#define FS_EXT2_JOURNAL_H

#include <ext2fs/ext2fs.h>

#include "device.h"
#include "dumpengine/plugin.h"

/*
 * Recover `fs`, which is open on `device` and needs it.  `path` is the device
 * of an external journal, or NULL.  Reopen `fs` afterwards.
 * DE_OK; DE_FAILED after reporting why the journal cannot be replayed, with no
 * overlay.
 */
enum de_status journal_recover(const struct de_host *host,
    struct device *device, ext2_filsys fs, const char *path);

#endif
