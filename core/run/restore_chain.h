/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_chain.h - do the sets of a run build on each other?
 *
 * A level brings what changed since the date of its base, so it must find at
 * least that state, and must be newer than it.  Checked before anything is
 * written.
 */
#ifndef CORE_RESTORE_CHAIN_H
#define CORE_RESTORE_CHAIN_H

#include "core/run/restore_own.h"

struct set_identity;

/*
 * Check all sets of the run.  `before`: the last set that the target holds, with
 * -r; NULL: none.  `whole`: the first set must be a full dump unless there is
 * one before.  False after a report, with the verdict noted.
 */
bool restore_chain_check(struct restore *r, const struct set_identity *before,
    bool whole);

#endif
