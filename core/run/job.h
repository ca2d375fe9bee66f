/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job.h - run a job from its configuration to its last message
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/base/exit_status.h"
#include "core/run/job_task.h"

/*
 * Run a job.  Once it is its turn, looks again which level its schedule asks
 * for.  Returns its status in the calling process.  Also returns in
 * others, as *process tells; these must exit with process->exit_code, and do
 * nothing else.
 */
enum exit_status job_run(struct job_config *job,
    const struct job_context *context, struct job_process *process);

/*
 * Check whether the job could run now.  Opens the source and asks the output;
 * writes nothing.  Returns in two processes, like job_run().
 */
enum exit_status job_check(const struct job_config *job,
    const struct job_context *context, struct job_process *process);

/* Select, and print the size of the dump; writes nothing.  Likewise. */
enum exit_status job_estimate(const struct job_config *job,
    const struct job_context *context, struct job_process *process);

#endif
