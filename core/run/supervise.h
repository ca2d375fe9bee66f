/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * supervise.h - fork the process of a job, and supervise it to its end
 *
 * No plugin is ever called in the calling process.  Returns in several
 * processes, as *process tells: in the calling one with the status of the job;
 * in the others the return value is meaningless.
 */
#ifndef CORE_SUPERVISE_H
#define CORE_SUPERVISE_H

#include "core/base/exit_status.h"
#include "core/run/job_task.h"

/* The work of the forked process; returns its exit code. */
typedef int supervise_work_fn(const struct job_task *task, int channel);

/* Dump, record the dump, and report how it ended. */
enum exit_status supervise_dump(const struct job_task *task,
    struct job_process *process);

/* Copy task->copy, have the catalogue know it, and report how that ended. */
enum exit_status supervise_copy(const struct job_task *task,
    struct job_process *process);

/* Run --check or --estimate in a child. */
enum exit_status supervise_look(const struct job_task *task,
    supervise_work_fn *look, struct job_process *process);

/* Thaw what an earlier run, or killed processes, left frozen. */
void supervise_thaw_left(const struct job_config *config,
    const struct job_context *context);

#endif
