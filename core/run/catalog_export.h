/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_export.h - the task `export': everything, as JSON
 */
#ifndef CORE_CATALOG_EXPORT_H
#define CORE_CATALOG_EXPORT_H

#include "core/run/catalog_task.h"

/*
 * See catalog_task_fn.  An object with `schema`, `media` and `dumps`, each of
 * these with `volumes` and, if it has names, `names`.  Ids are left out: what is
 * exported is the same if the catalogue has been made again.
 */
bool catalog_export_all(struct catalog_task_run *t);

#endif
