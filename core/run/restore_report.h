/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_report.h - the report of a restore run in JSON
 *
 * Of the same family as that of a dump, see dumpengine-report(5).
 */
#ifndef CORE_RESTORE_REPORT_H
#define CORE_RESTORE_REPORT_H

#include <jansson.h>

#include "core/run/restore_own.h"

struct restore_report;

/* NULL if out of memory. */
struct restore_report *restore_report_new(void);
void restore_report_free(struct restore_report *report);

/* Take over what drill_finish() returned.  Accepts NULL for both. */
void restore_report_set_drill(struct restore_report *report, json_t *drill);

/* Collect what the run has found; its sets and names are still there. */
void restore_report_collect(struct restore *r, double seconds);

/*
 * Write it to `file`, replacing it as a whole, or to standard output if that is
 * "-".  False after reporting why not.
 */
bool restore_report_write(const struct restore_report *report,
    const char *file, enum exit_status status, struct report *rep);

#endif
