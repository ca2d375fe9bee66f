/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * look.h - what a job would do, without doing it: --check and --estimate
 *
 * Each runs in a process forked for it, reports the result to the supervisor on
 * `channel`, and returns the exit code of the process.  Writes nothing, makes
 * no snapshot and asks no questions.
 */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include "core/run/job_task.h"

/* Could the job run now?  Opens the source, asks output and EOT handler. */
int look_check(const struct job_task *task, int channel);

/* Select, and print the size of the dump on standard output. */
int look_estimate(const struct job_task *task, int channel);

#endif
