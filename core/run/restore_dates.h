/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_dates.h - all dates of a job, for dumpengine-mount
 *
 * Each dump that can be restored is a date.  Its tree is made as that of a run
 * for this date alone, when somebody looks into it; see core/mount/mount_dates.h.
 * Costs some 100 bytes a date besides.
 */
#ifndef CORE_RESTORE_DATES_H
#define CORE_RESTORE_DATES_H

#include "core/run/restore_own.h"

/* Are they asked for, and is there a catalogue that knows them? */
bool restore_dates_are_wanted(struct restore *r);

/*
 * Returns when they are unmounted; false if the run has ended early, with the
 * verdict noted.
 */
bool restore_dates_show(struct restore *r);

#endif
