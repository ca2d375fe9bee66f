/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conclude.h - conclude a dump whose processes have ended
 *
 * Records the dump as a base for later ones, and reports the last lines.
 * Supervisor only.
 */
#ifndef CORE_CONCLUDE_H
#define CORE_CONCLUDE_H

#include "core/chain/chain_log.h"
#include "core/operator/supervisor.h"
#include "core/run/job_task.h"

/*
 * Record the dump in the history and in dumpdates if every volume is safe, and
 * update the status in `record` accordingly.
 */
void conclude_note(const struct job_task *task, struct dump_record *record,
    struct chain_log *log);

/* Report the totals and how to restore it, or that it is aborted. */
void conclude_report(const struct job_task *task,
    const struct dump_record *record, double seconds);

#endif
