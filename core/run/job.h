/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job.h - one dump, from its configuration to its last message
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/base/exit_status.h"
#include "core/run/job_task.h"

/*
 * Run a job, and return its status to the process that called.  In every other
 * one, which *process tells, that is nothing: it has to end with
 * process->exit_code, and do nothing else.
 */
enum exit_status job_run(const struct job_config *job,
    const struct job_context *context, struct job_process *process);

/*
 * Could it run now?  Opens the source, asks the output; writes nothing.  In two
 * processes, as job_run().
 */
enum exit_status job_check(const struct job_config *job,
    const struct job_context *context, struct job_process *process);

/* Select, and print how much it is; writes nothing.  In two processes, too. */
enum exit_status job_estimate(const struct job_config *job,
    const struct job_context *context, struct job_process *process);

#endif
