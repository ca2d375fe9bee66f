/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * freeze.h - hold a filesystem still, and let go of it whatever happens
 *
 * A process of its own, the guard, freezes the filesystem.  It thaws it when it
 * is told to, when all processes that could tell it are gone, or when the
 * limit is over, whichever comes first.  Signals do not end it but SIGKILL.
 *
 * While it is frozen, whoever writes to it waits, and that would be us if our
 * messages went there: freeze_begin() refuses that.
 */
#ifndef CORE_FREEZE_H
#define CORE_FREEZE_H

#include "core/report.h"

struct freeze;

/*
 * Freeze the filesystem that is mounted on `mount_point`, for at most `limit`
 * seconds.  Neither standard output nor standard error nor `folder` (NULL:
 * none) may be on it.  Returns NULL after reporting why it is not frozen.
 */
struct freeze *freeze_begin(const char *mount_point, int64_t limit,
    const char *folder, struct report *rep);

/*
 * Thaw it, and free f.  True: it was frozen until now; false after reporting
 * that it was not.  Takes NULL, which is true.
 */
bool freeze_end(struct freeze *f);

#endif
