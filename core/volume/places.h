/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * places.h - files and devices of a run that must not be overwritten
 *
 * Protects the source, its snapshot, dumpdates, the catalogue and the
 * configuration against an output or a report that is given their path by
 * mistake, and dumpdates and the report against use as volumes.  Paths are compared by what they lead to.
 *
 * Supervisor only.
 */
#ifndef CORE_PLACES_H
#define CORE_PLACES_H

#include <stdbool.h>

#include "core/base/report.h"
#include "core/config/job_config.h"

struct places;

/* Returns NULL after reporting that memory ran out. */
struct places *places_new(struct report *rep);
void places_free(struct places *places);

/*
 * Add a file of the run: the configuration, what it includes, and the report.
 * NULL and "-" are ignored.  False after reporting that memory ran out.
 */
bool places_add_configuration(struct places *places, const char *file);
bool places_add_report(struct places *places, const char *file);

/*
 * Add a resource that a set is copied from, called `text` in messages.  False
 * likewise.
 */
bool places_add_set(struct places *places, const char *name, const char *text);

/*
 * Add the source, snapshot, dumpdates and catalogue of a job; `job` is borrowed.  False
 * after reporting that memory ran out.
 */
bool places_add_job(struct places *places, const struct job_config *job);

/* Is no place overwritten by another?  False after reporting a clash. */
bool places_are_distinct(struct places *places);

/*
 * May an output write to the resource `name`, called `text` in messages?  False
 * after reporting which place it is.
 */
bool places_allow(struct places *places, const char *name, const char *text);

/* The same for a path, such as one from an EOT handler during the dump. */
bool places_allow_path(struct places *places, const char *path);

/* May the report be written?  Not if it clashed with another place. */
bool places_report_is_safe(const struct places *places);

#endif
