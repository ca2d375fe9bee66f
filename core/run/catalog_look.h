/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_look.h - the tasks that show dumps
 */
#ifndef CORE_CATALOG_LOOK_H
#define CORE_CATALOG_LOOK_H

#include "core/run/catalog_task.h"

/* See catalog_task_fn. */
bool catalog_look_list(struct catalog_task_run *t);
bool catalog_look_show(struct catalog_task_run *t);

#endif
