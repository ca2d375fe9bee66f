/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job.h - one dump, from its configuration to its last message
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include <signal.h>

#include "core/config.h"
#include "core/exit_status.h"

/* Run a job.  *cancelled turns true when it is to end. */
enum exit_status job_run(const struct job_config *job, struct report *rep,
    const volatile sig_atomic_t *cancelled);

/* Could it run now?  Opens the source, asks the output; writes nothing. */
enum exit_status job_check(const struct job_config *job, struct report *rep,
    const volatile sig_atomic_t *cancelled);

#endif
