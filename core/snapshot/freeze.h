/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * freeze.h - hold a filesystem still, and let go of it whatever happens
 *
 * A process of its own, the guard, freezes the filesystem.  It thaws it when it
 * is told to, when all processes that could tell it are gone, or when the
 * limit is over, whichever comes first.  Signals do not end it but SIGKILL: then
 * the one that waits for it thaws, and if that is killed with it, the supervisor
 * or the next run of the job; see frozen.h.
 *
 * While it is frozen, whoever writes to it waits, and that would be us if our
 * messages went there: freeze_begin() refuses that.
 */
#ifndef CORE_FREEZE_H
#define CORE_FREEZE_H

#include "core/base/report.h"

struct freeze;

struct freeze_request {			/* all borrowed */
	const char *mount_point;
	int64_t limit;			/* seconds */
	const char *folder;		/* of state; for the note, see frozen.h */
	const char *job;
	bool writes_to_folder;		/* while it is frozen */
	struct report *rep;
};

/*
 * Freeze a filesystem.  Neither standard output nor standard error may be on it,
 * nor the folder that is written to.  Returns NULL after reporting why it is not
 * frozen.
 */
struct freeze *freeze_begin(const struct freeze_request *request);

/*
 * Thaw it, and free f.  True: it was frozen until now; false after reporting
 * that it was not.  Takes NULL, which is true.
 */
bool freeze_end(struct freeze *f);

#endif
