/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * freeze.h - freeze a filesystem, and thaw it under all circumstances
 *
 * A separate process, the guard, freezes the filesystem.  It thaws it when told
 * to, when all processes that could tell it are gone, or when the limit is
 * exceeded, whichever comes first.  Only SIGKILL ends it early: then its parent
 * thaws, and if that is killed as well, the supervisor or the next run of the
 * job; see frozen.h.
 *
 * While the filesystem is frozen, writers to it block, including this program
 * if its messages went there: freeze_begin() refuses that.
 */
#ifndef CORE_FREEZE_H
#define CORE_FREEZE_H

#include "core/base/report.h"

struct freeze;

struct freeze_request {			/* all borrowed */
	const char *mount_point;
	int64_t limit;			/* seconds */
	const char *folder;		/* for state files; see frozen.h */
	const char *job;
	bool writes_to_folder;		/* while frozen */
	struct report *rep;
};

/*
 * Freeze a filesystem.  Neither standard output nor standard error may be on
 * it, nor the directory that is written to.  Returns NULL after reporting why
 * it is not frozen.
 */
struct freeze *freeze_begin(const struct freeze_request *request);

/*
 * Thaw it, and free f.  True: it was frozen until now; false after reporting
 * that it was not.  Accepts NULL, which is true.
 */
bool freeze_end(struct freeze *f);

#endif
