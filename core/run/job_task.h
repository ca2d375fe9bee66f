/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_task.h - a job that is to be run, as the pieces that run it get it
 */
#ifndef CORE_JOB_TASK_H
#define CORE_JOB_TASK_H

#include "core/base/signals.h"
#include "core/config/job_config.h"
#include "core/run/run_report.h"
#include "core/snapshot/snapshot.h"

struct places;

/* How jobs are run; all borrowed. */
struct job_context {
	struct report *rep;
	struct signals *signals;
	struct places *places;		/* that no volume may go to */
	bool may_ask;			/* -q was not given */
	struct run_report *run_report;	/* NULL: none is wanted */
};

/* Jobs fork, so that what runs them returns in several processes. */
struct job_process {
	bool is_supervisor;		/* it is the one that called */
	int exit_code;			/* of any other one: see there */
};

/* One job; all borrowed. */
struct job_task {
	const struct job_config *config;
	const struct job_context *context;
	const struct snapshot *snapshot;	/* NULL: there is none */
	int64_t date;			/* of the dump, seconds since 1970 */
};

#endif
