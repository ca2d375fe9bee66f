/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_hold.h - may a dump, or what is on a medium, be overwritten?
 *
 * The catalogue lets go what is expired, aborted or no longer whole.  Why
 * something stays is told as `expire` would tell it.
 */
#ifndef CORE_CATALOG_HOLD_H
#define CORE_CATALOG_HOLD_H

#include "core/run/catalog_task.h"
#include "dumpengine/plugin.h"

#define CATALOG_HOLD_BYTES 512

/*
 * `why` receives a clause for DE_HOLD_UNKNOWN and DE_HOLD_KEPT.  DE_HOLD_FAILED
 * after a report.
 */
enum de_dump_hold catalog_hold_dump(struct catalog_task_run *t,
    const struct de_dump_found *found, char why[static CATALOG_HOLD_BYTES]);

/* The same for all that is on the medium with this bar code or label. */
enum de_dump_hold catalog_hold_medium(struct catalog_task_run *t,
    const char *name, char why[static CATALOG_HOLD_BYTES]);

/* `may-overwrite`: a row for each medium. */
catalog_task_fn catalog_hold_tell;

#endif
