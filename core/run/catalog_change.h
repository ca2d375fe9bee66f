/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_change.h - the task `forget'
 */
#ifndef CORE_CATALOG_CHANGE_H
#define CORE_CATALOG_CHANGE_H

#include "core/run/catalog_task.h"

/*
 * See catalog_task_fn.  Dumps that others build on stay, unless these are
 * forgotten as well or --force is given.  All of it is one transaction.
 */
bool catalog_change_forget(struct catalog_task_run *t);

#endif
