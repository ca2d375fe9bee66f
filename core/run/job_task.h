/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_task.h - a job to be run, as passed to the parts that run it
 *
 * A copy is a job as well, but for its source.
 */
#ifndef CORE_JOB_TASK_H
#define CORE_JOB_TASK_H

#include "core/base/signals.h"
#include "core/config/job_config.h"
#include "core/run/run_report.h"
#include "core/snapshot/snapshot.h"

struct copy_task;
struct config;
struct places;
struct run_catalog;
struct trust;

/* How jobs are run; all borrowed. */
struct job_context {
	struct report *rep;
	struct signals *signals;
	struct places *places;		/* that no volume may overwrite */
	bool may_ask;			/* -q was not given */
	struct run_report *run_report;	/* NULL: not requested */
	const struct trust *trust;	/* NULL: trust everyone */
	struct config *config;		/* all jobs */
};

/* Jobs fork, so the functions that run them return in several processes. */
struct job_process {
	bool is_supervisor;		/* the calling process */
	int exit_code;			/* what any other must exit with */
};

/* One job; all borrowed. */
struct job_task {
	const struct job_config *config;
	const struct job_context *context;
	const struct snapshot *snapshot;	/* NULL: none */
	int64_t date;			/* of the dump, seconds since 1970 */
	int64_t begun;			/* wall clock, seconds */
	struct run_catalog *catalog;	/* NULL: it is not told */
	const struct copy_task *copy;	/* copy a set; NULL: dump */
};

#endif
