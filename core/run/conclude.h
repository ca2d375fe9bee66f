/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conclude.h - what is left to be done when the processes of a dump have ended
 *
 * Notes the dump for those that will build on it, and says the last lines.
 * Supervisor only.
 */
#ifndef CORE_CONCLUDE_H
#define CORE_CONCLUDE_H

#include "core/chain/chain_log.h"
#include "core/operator/supervisor.h"
#include "core/run/job_task.h"

/*
 * Note it in the history and in dumpdates, if every volume is safe; what that
 * does to the status is in `record`.
 */
void conclude_note(const struct job_task *task, struct dump_record *record,
    struct chain_log *log);

/* Report the sums, and how to restore it, or that it is aborted. */
void conclude_report(const struct job_task *task,
    const struct dump_record *record, double seconds);

#endif
