/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/supervise.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/operator/message.h"
#include "core/operator/supervisor.h"
#include "core/run/conclude.h"
#include "core/run/copy.h"
#include "core/run/copy_catalog.h"
#include "core/run/dump.h"
#include "core/run/run_catalog.h"
#include "core/snapshot/frozen.h"

static struct supervisor
make_supervisor(const struct job_task *task, int channel)
{
	const struct job_context *context = task->context;

	return (struct supervisor){
		.rep = context->rep,
		.job = job_name(task->config),
		.op = {
			.rep = context->rep,
			.cancelled = &context->signals->cancel,
			.may_ask = context->may_ask,
			.notify = task->config->settings.notify,
		},
		.signals = context->signals,
		.channel = channel,
		.keep_volumes = context->run_report != NULL ||
		    task->catalog != NULL || task->copy != NULL,
		.noted = task->catalog != NULL ? run_catalog_note : NULL,
		.noted_arg = task->catalog,
	};
}

/* Supervise a process that only looks. */
static enum exit_status
watch(const struct job_task *task, int channel, pid_t worker)
{
	struct supervisor s = make_supervisor(task, channel);
	struct dump_record record;

	supervisor_run(&s, worker, &record);
	const enum exit_status status = record.status;
	dump_record_free(&record);
	return status;
}

static enum exit_status
supervise(const struct job_task *task, int channel, pid_t worker)
{
	struct run_report *run_report = task->context->run_report;
	const uint64_t started = clock_ns();
	struct dump_record record;
	struct supervisor s = make_supervisor(task, channel);
	struct chain_log *log = chain_log_new(task->config,
	    task->context->rep);

	s.log = log;
	supervisor_run(&s, worker, &record);
	conclude_note(task, &record, log);
	chain_log_free(log);
	const double seconds = (double)(clock_ns() - started) / 1e9;
	run_catalog_conclude(task->catalog, &record);
	conclude_report(task, &record, seconds);
	if (run_report != NULL)
		run_report_add(run_report, task->config, &record, task->begun,
		    seconds);
	const enum exit_status status = record.status;
	dump_record_free(&record);
	return status;
}

/* The history of dumps and dumpdates do not change by a copy. */
static enum exit_status
supervise_one_copy(const struct job_task *task, int channel, pid_t worker)
{
	const uint64_t started = clock_ns();
	struct supervisor s = make_supervisor(task, channel);
	struct dump_record record;

	supervisor_run(&s, worker, &record);
	const double seconds = (double)(clock_ns() - started) / 1e9;
	copy_catalog_add(task, &record);
	conclude_report(task, &record, seconds);
	const enum exit_status status = record.status;
	dump_record_free(&record);
	return status;
}

void
supervise_thaw_left(const struct job_config *config,
    const struct job_context *context)
{
	frozen_thaw_left(config->settings.state_dir, job_name(config),
	    context->rep);
}

/* What the calling process does in the meantime. */
typedef enum exit_status supervise_fn(const struct job_task *task,
    int channel, pid_t worker);

static enum exit_status
run_processes(const struct job_task *task, supervise_work_fn *work,
    supervise_fn *wait, struct job_process *process)
{
	struct report *rep = task->context->rep;
	int ours, theirs;

	process->is_supervisor = true;
	if (message_pair(&ours, &theirs) == -1) {
		report(rep, DE_ERROR, "cannot create a socket: %s",
		    strerror(errno));
		return STATUS_NOT_STARTED;
	}
	/* A writer whose checkpoint has ended becomes our child. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	const pid_t worker = fork();
	if (worker == 0) {
		process->is_supervisor = false;
		close(ours);
		process->exit_code = work(task, theirs);
		close(theirs);
		return STATUS_COMPLETE;
	}
	close(theirs);
	enum exit_status status = STATUS_NOT_STARTED;
	if (worker == -1)
		report(rep, DE_ERROR, "cannot fork: %s", strerror(errno));
	else
		status = wait(task, ours, worker);
	close(ours);
	supervise_thaw_left(task->config, task->context);
	return status;
}

enum exit_status
supervise_dump(const struct job_task *task, struct job_process *process)
{
	struct job_task begun = *task;

	begun.begun = (int64_t)time(NULL);
	begun.catalog = run_catalog_new(&begun);
	const enum exit_status status = run_processes(&begun, dump_run,
	    supervise, process);
	run_catalog_free(begun.catalog);
	return status;
}

enum exit_status
supervise_copy(const struct job_task *task, struct job_process *process)
{
	return run_processes(task, copy_run, supervise_one_copy, process);
}

enum exit_status
supervise_look(const struct job_task *task, supervise_work_fn *look,
    struct job_process *process)
{
	return run_processes(task, look, watch, process);
}
