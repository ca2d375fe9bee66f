/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_media.h - the task `volumes': what is on which medium
 */
#ifndef CORE_CATALOG_MEDIA_H
#define CORE_CATALOG_MEDIA_H

#include "core/run/catalog_task.h"

/* See catalog_task_fn.  Takes about a KiB of memory for each volume. */
bool catalog_media_list(struct catalog_task_run *t);

#endif
