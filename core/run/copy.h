/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy.h - the processes that write a copy of a set
 *
 * As those of dump.h, but what they put on the tape are the blocks of a set:
 * the supervisor, the checkpoints and the volumes do not know the difference.
 */
#ifndef CORE_COPY_H
#define CORE_COPY_H

#include "core/run/copy_request.h"
#include "core/run/job_task.h"

struct plugin_registry;

/* What is copied, for job_task.copy; all borrowed. */
struct copy_task {
	const struct copy_request *request;
	struct plugin_registry *registry;
};

/*
 * Copy, and report the result to the supervisor on `channel`.  The calling
 * process becomes the checkpoint of the first volume.  Returns in the process
 * of each volume, with its exit code.
 */
int copy_run(const struct job_task *task, int channel);

#endif
