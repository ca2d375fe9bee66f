/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_job.h - a run of dumpengine-copy
 *
 * What main.c of dumpengine does for its jobs: read the configuration, lock
 * what is written to, and supervise.
 */
#ifndef CORE_COPY_JOB_H
#define CORE_COPY_JOB_H

#include "core/base/exit_status.h"
#include "core/run/copy_request.h"
#include "core/run/job_task.h"

struct plugin_registry;

/* The default of -c. */
#define COPY_DEFAULT_CONFIG SYSCONFDIR "/dumpengine/dumpengine.conf"

/*
 * Copy.  Returns in several processes, as *process tells: in the calling one
 * with the status of the run, in others the result is meaningless.
 */
enum exit_status copy_job_run(const struct copy_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep, struct job_process *process);

#endif
