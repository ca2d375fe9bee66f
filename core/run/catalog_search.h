/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_search.h - the task `find': versions of files by a pattern
 */
#ifndef CORE_CATALOG_SEARCH_H
#define CORE_CATALOG_SEARCH_H

#include "core/run/catalog_task.h"

/* See catalog_task_fn. */
bool catalog_search_find(struct catalog_task_run *t);

#endif
