/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_check.h - the task `check': are volumes what the catalogue says?
 */
#ifndef CORE_CATALOG_CHECK_H
#define CORE_CATALOG_CHECK_H

#include "core/run/catalog_task.h"

/*
 * See catalog_task_fn.  Files are looked at, and read with --read; tapes and
 * what is on other machines are listed as "elsewhere".
 */
bool catalog_check_volumes(struct catalog_task_run *t);

#endif
