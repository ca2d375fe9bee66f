/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main.c - do what the command line of dumpengine asks for
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/chain/level_auto.h"
#include "core/cli/arguments.h"
#include "core/cli/descriptors.h"
#include "core/cli/ending.h"
#include "core/config/config.h"
#include "core/config/config_text.h"
#include "core/cli/help.h"
#include "core/run/job.h"
#include "core/volume/media.h"
#include "core/volume/places.h"
#include "core/host/note.h"
#include "core/base/signals.h"
#include "core/base/suggest.h"

static void
unknown_job(struct report *rep, const struct config *config,
    const char *file, const char *name)
{
	struct suggestion near;

	suggest_begin(&near, name);
	for (size_t i = 0; i < config->job_count; i++)
		suggest_offer(&near, job_name(&config->jobs[i]));
	if (near.best != NULL)
		report(rep, DE_ERROR, "%s has no job %s; did you mean %s?",
		    file, name, near.best);
	else
		report(rep, DE_ERROR, "%s has no job %s", file, name);
}

static bool
names_are_known(struct report *rep, const struct config *config,
    const struct arguments *args)
{
	bool ok = true;

	if (config->job_count == 0) {
		report(rep, DE_ERROR, "%s has no jobs, only copies; these are "
		    "for dumpengine-copy", config_text_name(args->file));
		return false;
	}
	for (int i = 0; i < args->job_count; i++)
		if (config_find_job(config, args->jobs[i]) == NULL) {
			unknown_job(rep, config, config_text_name(args->file),
			    args->jobs[i]);
			ok = false;
		}
	return ok;
}

static bool
is_wanted(const struct arguments *args, const struct job_config *job)
{
	for (int i = 0; i < args->job_count; i++)
		if (strcmp(args->jobs[i], job_name(job)) == 0)
			return true;
	return args->job_count == 0;
}

/* Find the media of the jobs; NULL after reporting why they cannot be run. */
static struct media *
find_media(const struct job_context *context, const struct config *config,
    const struct arguments *args, struct places *places)
{
	struct media *media = media_new(context->rep, context->signals);
	bool ok = media != NULL;

	for (size_t i = 0; ok && i < config->job_count; i++)
		if (is_wanted(args, &config->jobs[i]))
			ok = media_add(media, &config->jobs[i]);
	if (ok && media_are_distinct(media, places)) {
		if (args->action == ACT_CHECK)
			media_look(media);
		else
			media_lock(media);
		return media;
	}
	media_release(media);
	return NULL;
}

static enum exit_status
run_job(const struct job_context *context, const struct arguments *args,
    const struct media *media, struct job_config *job,
    struct job_process *process)
{
	enum exit_status status = STATUS_NOT_STARTED;

	report_set_subject(context->rep, job_name(job));
	if (args->action == ACT_ESTIMATE) {
		status = job_estimate(job, context, process);
	} else if (args->action == ACT_CHECK) {
		status = job_check(job, context, process);
		if (process->is_supervisor && !media_has(media, job))
			status = STATUS_NOT_STARTED;
	} else if (media_has(media, job)) {
		status = job_run(job, context, process);
	}
	if (process->is_supervisor)
		report_set_subject(context->rep, NULL);
	return status;
}

/*
 * Run the jobs in the order of the file.  After a failed job, the others still
 * run.  Jobs fork: *process as in job_run().
 */
static enum exit_status
run_jobs(const struct job_context *context, const struct config *config,
    const struct arguments *args, const struct media *media,
    struct job_process *process)
{
	const atomic_int *cancelled = &context->signals->cancel;
	enum exit_status worst = STATUS_COMPLETE;
	bool all = true;

	for (size_t i = 0; i < config->job_count; i++) {
		struct job_config *job = &config->jobs[i];
		if (!is_wanted(args, job))
			continue;
		if (*cancelled) {
			all = false;
			break;
		}
		const enum exit_status status = run_job(context, args, media,
		    job, process);
		if (!process->is_supervisor)
			return status;
		if (status > worst)
			worst = status;
	}
	/* The signal may have come too late to matter. */
	if (!*cancelled || worst >= STATUS_ABORTED ||
	    (all && worst != STATUS_NOT_STARTED))
		return worst;
	/* Before or between jobs; a job reports it itself. */
	report(context->rep, DE_ERROR, "aborted by %s",
	    signals_who_cancels(*cancelled));
	return STATUS_ABORTED;
}

/* Interrupted while reading the file, when there was no question to ask. */
static bool
is_interrupted(struct signals *signals, struct report *rep)
{
	if (signals->interrupt)
		signals->cancel = SIGINT;
	if (signals->cancel)
		report(rep, DE_ERROR, "aborted by %s",
		    signals_who_cancels(signals->cancel));
	return signals->cancel != 0;
}

/* Hold the media of all jobs from before the first job until after the last. */
static enum exit_status
find_media_and_run_jobs(const struct job_context *context,
    const struct config *config, const struct arguments *args,
    struct places *places, struct job_process *process)
{
	struct media *media = NULL;

	if (args->action != ACT_ESTIMATE &&
	    (media = find_media(context, config, args, places)) == NULL)
		return STATUS_NOT_STARTED;
	const enum exit_status status = run_jobs(context, config, args, media,
	    process);
	if (process->is_supervisor)
		media_release(media);
	else
		media_forget(media);
	return status;
}

/* Levels first: the names of the media may contain them. */
static void
set_levels(const struct job_context *context, const struct config *config,
    const struct arguments *args)
{
	for (size_t i = 0; i < config->job_count; i++) {
		struct job_config *job = &config->jobs[i];
		if (!is_wanted(args, job))
			continue;
		report_set_subject(context->rep, job_name(job));
		level_auto_set(job, context->rep, &context->signals->cancel);
		report_set_subject(context->rep, NULL);
	}
}

/* Add the files of the jobs; false after reporting why they cannot be run. */
static bool
add_jobs(struct places *places, const struct config *config,
    const struct arguments *args)
{
	bool ok = true;

	for (size_t i = 0; ok && i < config->job_count; i++)
		if (is_wanted(args, &config->jobs[i]))
			ok = places_add_job(places, &config->jobs[i]);
	return ok;
}

static enum exit_status
use_config(const struct job_context *context, const struct config *config,
    const struct arguments *args, struct places *places,
    struct job_process *process)
{
	if (!names_are_known(context->rep, config, args) ||
	    !add_jobs(places, config, args) || !places_are_distinct(places))
		return STATUS_NOT_STARTED;
	set_levels(context, config, args);
	return find_media_and_run_jobs(context, config, args, places, process);
}

/* For config_load() */
static bool
add_included(void *arg, const char *file)
{
	return places_add_configuration(arg, file);
}

/* Returns the exit status of this process, which may be a forked child. */
static int
use_file(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args, struct places *places,
    struct run_report *run_report)
{
	enum exit_status status = STATUS_NOT_STARTED;
	struct job_process process = { .is_supervisor = true };
	struct signals *signals = signals_install();
	const struct config_request request = {
		.file = args->file,
		.overrides = &args->overrides,
		.trust = args->trust,
		.signals = signals,
		.take_included = add_included,
		.arg = places,
	};
	struct config *config = config_load(&request, reg, rep);
	const struct job_context context = {
		.rep = rep,
		.signals = signals,
		.places = places,
		.may_ask = args->verbosity != REPORT_QUIET,
		.run_report = run_report,
		.trust = args->trust,
		.config = config,
	};

	/* The report is written even if there are mistakes in the file. */
	const bool is_safe = places_are_distinct(places);
	if (config != NULL && is_safe)
		status = use_config(&context, config, args, places, &process);
	else if (is_interrupted(signals, rep))
		status = STATUS_ABORTED;
	config_free(config);
	if (!process.is_supervisor)
		return process.exit_code;
	if (run_report != NULL && places_report_is_safe(places) &&
	    !run_report_write(run_report, args->report, status, rep) &&
	    status == STATUS_COMPLETE)
		status = STATUS_INCOMPLETE;
	return status;
}

/* The report must not overwrite the configuration, even an invalid one. */
static int
use_file_and_report(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args)
{
	int status = STATUS_NOT_STARTED;
	struct run_report *run_report = NULL;
	struct places *places = places_new(rep);

	if (args->report != NULL && (run_report = run_report_new()) == NULL)
		report(rep, DE_ERROR, "out of memory");
	else if (places != NULL &&
	    places_add_configuration(places, args->file) &&
	    places_add_report(places, args->report) &&
	    places_are_distinct(places))
		status = use_file(rep, reg, args, places, run_report);
	run_report_free(run_report);
	places_free(places);
	return status;
}

static int
act(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args)
{
	int status = STATUS_NOT_STARTED;

	switch (args->action) {
	case ACT_HELP:
		status = help_print(stdout);
		break;
	case ACT_VERSION:
		status = help_print_version(stdout);
		break;
	case ACT_LIST_PLUGINS:
		status = help_list_plugins(stdout, reg);
		break;
	case ACT_PLUGIN_HELP:
		status = help_print_plugin(stdout, reg, args->plugin, rep);
		break;
	case ACT_DUMP:
	case ACT_CHECK:
	case ACT_ESTIMATE:
		status = use_file_and_report(rep, reg, args);
		break;
	}
	/* If it cannot be written, the answer is lost, whatever the status. */
	if (fflush(stdout) == EOF || ferror(stdout)) {
		report(rep, DE_ERROR, "cannot write to standard output");
		if (status == STATUS_COMPLETE || args->action == ACT_ESTIMATE)
			status = STATUS_NOT_STARTED;
	}
	return status;
}

static int
run(struct report *rep, struct arguments *args, int argc, char **argv)
{
	struct plugin_registry *reg = plugin_registry_new(rep, args->trust);
	int status = STATUS_NOT_STARTED;

	if (reg == NULL) {
		report(rep, DE_ERROR, "out of memory");
	} else if (!arguments_parse(args, argc, argv)) {
		fputs("Try `dumpengine --help`.\n", stderr);
	} else {
		report_set_level(rep, args->verbosity);
		status = act(rep, reg, args);
	}
	plugin_registry_free(reg);
	return status;
}

int
main(int argc, char **argv)
{
	struct arguments args = { .trust = trust_new() };
	int status = STATUS_NOT_STARTED;

	descriptors_occupy();
	note_init();
	ending_guard();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	if (rep == NULL || args.trust == NULL)
		fputs("dumpengine: error: out of memory\n", stderr);
	else
		status = run(rep, &args, argc, argv);
	report_free(rep);
	trust_free(args.trust);
	ending_allow();
	return status;
}
