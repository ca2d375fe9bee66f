/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * supervise.h - fork the process of a job, and supervise it to its end
 *
 * No plugin is ever called in the process that calls.  Returns in several
 * processes, which *process tells: in that which called with the status of the
 * job, in the others with nothing that matters.
 */
#ifndef CORE_SUPERVISE_H
#define CORE_SUPERVISE_H

#include "core/base/exit_status.h"
#include "core/run/job_task.h"

/* What the process that is forked does; returns what it has to end with. */
typedef int supervise_work_fn(const struct job_task *task, int channel);

/* Dump, note the dump, and report how it ended. */
enum exit_status supervise_dump(const struct job_task *task,
    struct job_process *process);

/* The process only has a look. */
enum exit_status supervise_look(const struct job_task *task,
    supervise_work_fn *look, struct job_process *process);

/* Thaw what an earlier run, or processes that were killed, have left frozen. */
void supervise_thaw_left(const struct job_config *config,
    const struct job_context *context);

#endif
