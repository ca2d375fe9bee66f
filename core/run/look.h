/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * look.h - what a job would do, without its being done: --check and --estimate
 *
 * Each runs in a process that was forked for it, tells the supervisor on
 * `channel` how it ended, and returns what the process has to end with.
 * Nothing is written, no snapshot is made, and nobody is asked.
 */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include "core/run/job_task.h"

/* Could it run now?  Opens the source, asks the output and the EOT handler. */
int look_check(const struct job_task *task, int channel);

/* Select, and print how much it is on standard output. */
int look_estimate(const struct job_task *task, int channel);

#endif
