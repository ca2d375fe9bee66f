/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/job.h"

#include <time.h>

#include "core/chain/level_auto.h"
#include "core/chain/turn.h"
#include "core/run/look.h"
#include "core/run/run_catalog.h"
#include "core/run/supervise.h"

/*
 * The date of the dump.  What changes later is left to the next level, so this
 * must be read before any of what is dumped is fixed.
 */
static int64_t
date_of(const struct job_config *config, const struct snapshot *snapshot)
{
	const int64_t date = config->settings.date;
	const int64_t made = config->settings.snapshot_date;

	if (date != 0)
		return date;
	if (made != 0)
		return made;
	return snapshot != NULL ? snapshot_date(snapshot) :
	    (int64_t)time(NULL);
}

static struct job_task
make_task(const struct job_config *config, const struct job_context *context,
    const struct snapshot *snapshot)
{
	return (struct job_task){
		.config = config,
		.context = context,
		.snapshot = snapshot,
		.date = date_of(config, snapshot),
	};
}

static enum exit_status
dump(const struct job_config *config, const struct job_context *context,
    const struct snapshot *snapshot, struct job_process *process)
{
	const struct job_task task = make_task(config, context, snapshot);

	return supervise_dump(&task, process);
}

/* Run the job, with a snapshot if it has one. */
static enum exit_status
run_in_turn(const struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	enum exit_status status;

	if (!job_has_snapshot(config))
		return dump(config, context, NULL, process);
	struct snapshot *snapshot = snapshot_make(config, context->signals,
	    context->rep, &status);
	if (snapshot == NULL)
		return status;
	status = dump(config, context, snapshot, process);
	if (process->is_supervisor)
		status = snapshot_remove(snapshot, status);
	snapshot_free(snapshot);
	return status;
}

enum exit_status
job_run(struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	enum exit_status status;
	struct lock *turn;

	process->is_supervisor = true;
	switch (turn_take(config, context->rep, context->signals, &turn)) {
	case LOCK_TAKEN:
		break;
	case LOCK_CANCELLED:
		report(context->rep, DE_ERROR, "aborted while waiting");
		return STATUS_ABORTED;
	case LOCK_IN_USE:
	case LOCK_FAILED:
		return STATUS_NOT_STARTED;
	}
	/* Another run may have made it meanwhile, or a new day begun. */
	level_auto_set(config, context->rep, &context->signals->cancel);
	supervise_thaw_left(config, context);
	status = run_in_turn(config, context, process);
	if (process->is_supervisor)
		lock_release(turn);
	else
		lock_forget(turn);
	return status;
}

enum exit_status
job_check(const struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	process->is_supervisor = true;
	supervise_thaw_left(config, context);
	if (!turn_is_free(config, context->rep, context->signals))
		return STATUS_NOT_STARTED;
	if (job_has_snapshot(config) && !snapshot_check(config,
	    context->signals, context->rep))
		return STATUS_NOT_STARTED;
	if (!run_catalog_check(config, context))
		return STATUS_NOT_STARTED;
	const struct job_task task = make_task(config, context, NULL);
	return supervise_look(&task, look_check, process);
}

enum exit_status
job_estimate(const struct job_config *config,
    const struct job_context *context, struct job_process *process)
{
	const struct job_task task = make_task(config, context, NULL);

	return supervise_look(&task, look_estimate, process);
}
