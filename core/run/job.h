/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job.h - one dump, from its configuration to its last message
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/config/config.h"
#include "core/base/exit_status.h"
#include "core/run/run_report.h"
#include "core/base/signals.h"

/* How jobs are run; all borrowed. */
struct job_context {
	struct report *rep;
	struct signals *signals;
	bool may_ask;			/* -q was not given */
	struct run_report *run_report;	/* NULL: none is wanted */
};

/*
 * Run a job.  Returns in several processes: *is_supervisor tells whether it is
 * the one that called; every other one has to end with the status returned,
 * and do nothing else.
 */
enum exit_status job_run(const struct job_config *job,
    const struct job_context *context, bool *is_supervisor);

/*
 * Could it run now?  Opens the source, asks the output; writes nothing.  In two
 * processes, as job_run().
 */
enum exit_status job_check(const struct job_config *job,
    const struct job_context *context, bool *is_supervisor);

/* Select, and print how much it is; writes nothing.  In two processes, too. */
enum exit_status job_estimate(const struct job_config *job,
    const struct job_context *context, bool *is_supervisor);

#endif
