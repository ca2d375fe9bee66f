/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * places.h - what a run needs, and nothing may be written over
 *
 * The source, its snapshot, dumpdates and the configuration stay what they are,
 * whatever path an output or the report is given by mistake; and the report and
 * dumpdates are no volumes.  Places are compared by what paths lead to.
 *
 * The supervisor's.
 */
#ifndef CORE_PLACES_H
#define CORE_PLACES_H

#include <stdbool.h>

#include "core/base/report.h"
#include "core/config/job_config.h"

struct places;

/* NULL if out of memory, which it has reported. */
struct places *places_new(struct report *rep);
void places_free(struct places *places);

/*
 * Add a file of the run: what the configuration is read from, and where the
 * report goes.  NULL and "-" are none.  False if out of memory.
 */
bool places_add_configuration(struct places *places, const char *file);
bool places_add_report(struct places *places, const char *file);

/* Add what a job needs; `job` is borrowed.  False if out of memory. */
bool places_add_job(struct places *places, const struct job_config *job);

/* Is none of them written over another?  False after reporting which is. */
bool places_are_distinct(struct places *places);

/*
 * May an output write to the resource of that name, which messages call `text`?
 * False after reporting what it is.
 */
bool places_allow(struct places *places, const char *name, const char *text);

/* The same of a path, as an EOT handler names one while the dump is running. */
bool places_allow_path(struct places *places, const char *path);

/* May the report be written?  Not if it was found to be one of the others. */
bool places_report_is_safe(const struct places *places);

#endif
