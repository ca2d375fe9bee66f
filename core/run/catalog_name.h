/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_name.h - what people call a dump: its id, or JOB@DATE
 */
#ifndef CORE_CATALOG_NAME_H
#define CORE_CATALOG_NAME_H

#include "core/run/catalog_task.h"

/*
 * "home@2026-11-01T03:00:00", in local time; "@..." if its job is unknown.  The
 * caller frees it; NULL: out of memory.
 */
char *catalog_name_make(const struct catalog_dump *d);

/*
 * The dump that is meant: an id, or JOB@DATE, where DATE is any that
 * date_range_parse() takes and one dump of the job has.  *id is 0, after a
 * report and with the status noted, if there is none or more than one.  False
 * if the run has to end.
 */
bool catalog_name_find(struct catalog_task_run *t, const char *text,
    int64_t *id);

/*
 * Call `fn` for the dump of that id, once.  False if the run has to end.
 */
bool catalog_name_visit(struct catalog_task_run *t, int64_t id,
    catalog_dump_fn *fn, void *arg);

#endif
