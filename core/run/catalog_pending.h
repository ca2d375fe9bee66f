/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_pending.h - dumps that the catalogue may not know
 *
 * A run that was killed, or that could not write to the catalogue, has left what
 * it knew of its dump (core/catalog/handover.h); and a dump whose run was killed
 * may be whole nevertheless.  The commands that catch up are told.
 */
#ifndef CORE_CATALOG_PENDING_H
#define CORE_CATALOG_PENDING_H

#include "core/run/catalog_task.h"

/*
 * Report what runs of the configured jobs have left, as something missing.
 * False if the run has to end.
 */
bool catalog_pending_tell(struct catalog_task_run *t);

/* Did its run end without saying how? */
bool catalog_pending_was_killed(const struct catalog_dump *d);

/*
 * Warn of such a dump.  False if the run has to end.
 */
bool catalog_pending_tell_killed(struct catalog_task_run *t, int64_t dump);

#endif
