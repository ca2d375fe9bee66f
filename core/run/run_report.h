/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_report.h - the report of a run in JSON, see dumpengine-report(5)
 */
#ifndef CORE_RUN_REPORT_H
#define CORE_RUN_REPORT_H

#include "core/config/job_config.h"
#include "core/base/exit_status.h"
#include "core/base/report.h"

struct run_report;
struct dump_record;

/* Returns NULL if out of memory. */
struct run_report *run_report_new(void);
void run_report_free(struct run_report *r);

/* Add the results of a job; `begun` in seconds since 1970. */
void run_report_add(struct run_report *r, const struct job_config *job,
    const struct dump_record *record, int64_t begun, double seconds);

/*
 * Write it to `file`, replacing it as a whole, or to standard output if that is
 * "-".  Returns false after reporting why not.
 */
bool run_report_write(struct run_report *r, const char *file,
    enum exit_status status, struct report *rep);

#endif
