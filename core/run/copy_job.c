/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_job.h"

#include "core/base/suggest.h"
#include "core/config/config.h"
#include "core/config/config_text.h"
#include "core/run/copy.h"
#include "core/run/supervise.h"
#include "core/volume/media.h"
#include "core/volume/places.h"

/* A run, in the supervisor. */
struct run {
	const struct copy_request *request;	/* borrowed, as the next */
	struct plugin_registry *registry;
	struct job_context context;
	const char *file;			/* the configuration */
};

/* ------------------------------------------------------------ where it goes */

static void
offer(struct suggestion *near, const struct job_config *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		suggest_offer(near, job_name(&jobs[i]));
}

/* Whoever has none yet sees what to write. */
static void
tell_unknown(const struct run *run, const struct config *config)
{
	const char *name = run->request->to;
	struct suggestion near;

	suggest_begin(&near, name);
	offer(&near, config->copies, config->copy_count);
	offer(&near, config->jobs, config->job_count);
	if (near.best != NULL)
		report(run->context.rep, DE_ERROR, "%s has no copy or job %s; "
		    "did you mean %s?", config_text_name(run->file), name,
		    near.best);
	else
		report(run->context.rep, DE_ERROR, "%s has no copy or job %s; "
		    "add where to write it, for example: copies = ( { name = "
		    "\"%s\"; output = { plugin = \"out-tape\"; device = "
		    "\"/dev/nst0\"; }; } );", config_text_name(run->file), name,
		    name);
}

static const struct job_config *
find_target(const struct run *run, const struct config *config)
{
	const char *name = run->request->to;
	const struct job_config *target = config_find_copy(config, name);

	if (target == NULL)
		target = config_find_job(config, name);
	if (target == NULL)
		tell_unknown(run, config);
	return target;
}

/* ---------------------------------------------------------------- the steps */

static enum exit_status
copy_to(struct run *run, const struct job_config *target,
    struct job_process *process)
{
	const struct copy_task copy = { run->request, run->registry };
	const struct job_task task = {
		.config = target,
		.context = &run->context,
		.copy = &copy,
	};

	report_set_subject(run->context.rep, job_name(target));
	const enum exit_status status = supervise_copy(&task, process);
	if (process->is_supervisor)
		report_set_subject(run->context.rep, NULL);
	return status;
}

/* Hold what is written to until the end. */
static enum exit_status
lock_and_copy(struct run *run, const struct job_config *target,
    struct job_process *process)
{
	struct media *media = media_new(run->context.rep, run->context.signals);
	enum exit_status status = STATUS_NOT_STARTED;

	if (media != NULL && media_add(media, target) &&
	    media_are_distinct(media, run->context.places)) {
		media_lock(media);
		if (media_has(media, target))
			status = copy_to(run, target, process);
	}
	if (process->is_supervisor)
		media_release(media);
	else
		media_forget(media);
	return status;
}

static bool
add_places(const struct run *run, const struct config *config,
    const struct job_config *target)
{
	struct places *places = run->context.places;
	bool ok = places_add_job(places, target);

	/* Whatever is dumped must not be overwritten by a copy, either. */
	for (size_t i = 0; ok && i < config->job_count; i++)
		ok = &config->jobs[i] == target ||
		    places_add_job(places, &config->jobs[i]);
	return ok && places_are_distinct(places);
}

/* For config_load() */
static bool
add_included(void *arg, const char *file)
{
	return places_add_configuration(arg, file);
}

static enum exit_status
use_config(struct run *run, struct job_process *process)
{
	const struct config_request request = {
		.file = run->file,
		.trust = run->request->trust,
		.signals = run->context.signals,
		.take_included = add_included,
		.arg = run->context.places,
	};
	struct config *config = config_load(&request, run->registry,
	    run->context.rep);
	enum exit_status status = STATUS_NOT_STARTED;

	run->context.config = config;
	if (config != NULL) {
		const struct job_config *target = find_target(run, config);
		if (target != NULL && add_places(run, config, target))
			status = lock_and_copy(run, target, process);
	}
	config_free(config);
	return status;
}

enum exit_status
copy_job_run(const struct copy_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep, struct job_process *process)
{
	struct run run = {
		.request = request,
		.registry = registry,
		.context = {
			.rep = rep,
			.signals = signals,
			.places = places_new(rep),
			.may_ask = request->verbosity != REPORT_QUIET,
			.trust = request->trust,
		},
		.file = request->config != NULL ? request->config :
		    COPY_DEFAULT_CONFIG,
	};
	enum exit_status status = STATUS_NOT_STARTED;

	process->is_supervisor = true;
	if (run.context.places != NULL &&
	    places_add_configuration(run.context.places, run.file))
		status = use_config(&run, process);
	places_free(run.context.places);
	if (!process->is_supervisor || status != STATUS_NOT_STARTED)
		return status;
	return signals->interrupt != 0 || signals->cancel != 0 ?
	    STATUS_ABORTED : status;
}
