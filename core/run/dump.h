/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dump.h - the processes that write the dump of a job
 *
 * They select, with the filesystem frozen if configured, tell the supervisor
 * what is coming, and write the stream to a tape.
 */
#ifndef CORE_DUMP_H
#define CORE_DUMP_H

#include "core/run/job_task.h"

/*
 * Dump, and report the result to the supervisor on `channel`.  The calling
 * process becomes the checkpoint of the first volume.  Returns in the process
 * of each volume, with its exit code.
 */
int dump_run(const struct job_task *task, int channel);

#endif
