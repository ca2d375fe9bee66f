/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dump.h - the processes that write the dump of a job
 *
 * Selects, if need be while the filesystem is frozen, tells the supervisor what
 * is coming, and writes the stream on a tape.
 */
#ifndef CORE_DUMP_H
#define CORE_DUMP_H

#include "core/run/job_task.h"

/*
 * Dump, and tell the supervisor on `channel` how that ended.  The process that
 * calls becomes the checkpoint of the first volume, and this returns in the
 * process of every other one: with what it has to end with.
 */
int dump_run(const struct job_task *task, int channel);

#endif
