/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_status.h - the task `status': is each job's last good dump recent?
 */
#ifndef CORE_CATALOG_STATUS_H
#define CORE_CATALOG_STATUS_H

#include "core/run/catalog_task.h"

/*
 * See catalog_task_fn.  A dump is good if it is complete, and so is its chain.
 * How old it may be is the `max_age' of the job in the configuration.
 */
bool catalog_status_tell(struct catalog_task_run *t);

#endif
