/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_which.h - the task `which': the volumes and commands for a restore
 *
 * Walks the trees of the paths.
 */
#ifndef CORE_CATALOG_WHICH_H
#define CORE_CATALOG_WHICH_H

#include "core/run/catalog_task.h"

/* See catalog_task_fn. */
bool catalog_which_tell(struct catalog_task_run *t);

#endif
