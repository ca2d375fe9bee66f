/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_catalog.h - tells the catalogue of a copy
 *
 * The dump stays as it is; its copy gets a number, and a row for each volume; the
 * volumes that it has overwritten are marked.  A failure is a warning with the
 * command that catches up.  Supervisor only.
 */
#ifndef CORE_COPY_CATALOG_H
#define CORE_COPY_CATALOG_H

#include "core/operator/supervisor.h"
#include "core/run/job_task.h"

/*
 * If the job has a catalogue: add the copy if it is complete, and mark what it
 * has overwritten in any case.  Sets record->in_catalog.
 */
void copy_catalog_add(const struct job_task *task, struct dump_record *record);

#endif
