/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main.c - the command line of dumpengine
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/help.h"
#include "core/job.h"
#include "core/note.h"
#include "core/signals.h"
#include "core/suggest.h"

#define DEFAULT_FILE SYSCONFDIR "/dumpengine/dumpengine.conf"

enum action { ACT_DUMP, ACT_CHECK, ACT_ESTIMATE, ACT_LIST_PLUGINS,
    ACT_PLUGIN_HELP, ACT_HELP, ACT_VERSION };

struct arguments {
	enum action action;
	enum report_level level;
	const char *file;
	const char *plugin;	/* of --plugin-help */
	const char *report;	/* file for the report, or NULL */
	struct config_overrides overrides;
	char **jobs;		/* names; job_count of them */
	int job_count;
};

enum { OPT_CHECK = 256, OPT_ESTIMATE, OPT_LEVEL, OPT_LIST_PLUGINS,
    OPT_NO_UPDATE, OPT_PLUGIN_HELP, OPT_REPORT, OPT_SINCE, OPT_VERSION };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "estimate", no_argument, NULL, OPT_ESTIMATE },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "list-plugins", no_argument, NULL, OPT_LIST_PLUGINS },
	{ "no-update", no_argument, NULL, OPT_NO_UPDATE },
	{ "plugin-help", required_argument, NULL, OPT_PLUGIN_HELP },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

/* The value of an option that a job has as well, as its table wants it. */
static bool
take_override(const char *key, const char *text, int64_t *value)
{
	struct option_set *set = option_set_new(config_job_options);
	char why[OPTION_WHY_BYTES] = "out of memory";
	int64_t number;

	const bool ok = set != NULL &&
	    (option_parse_integer(text, &number) ?
	    option_put_number(set, option_find(set->table, key), number, why) :
	    option_put_text(set, option_find(set->table, key), text, why));
	if (ok)
		*value = option_number(set, key);
	else
		fprintf(stderr, "dumpengine: error: --%s: %s\n", key, why);
	option_set_free(set);
	return ok;
}

/* Returns false if the command line is wrong; it has been said why. */
static bool
parse_arguments(struct arguments *args, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:vqh", long_options,
	    NULL)) != -1) {
		switch (option) {
		case 'c':
			args->file = optarg;
			break;
		case 'v':
			args->level = REPORT_VERBOSE;
			break;
		case 'q':
			args->level = REPORT_QUIET;
			break;
		case 'h':
			args->action = ACT_HELP;
			break;
		case OPT_CHECK:
			args->action = ACT_CHECK;
			break;
		case OPT_ESTIMATE:
			args->action = ACT_ESTIMATE;
			break;
		case OPT_LEVEL:
			if (!take_override("level", optarg,
			    &args->overrides.level))
				return false;
			break;
		case OPT_LIST_PLUGINS:
			args->action = ACT_LIST_PLUGINS;
			break;
		case OPT_NO_UPDATE:
			args->overrides.no_update = true;
			break;
		case OPT_PLUGIN_HELP:
			args->action = ACT_PLUGIN_HELP;
			args->plugin = optarg;
			break;
		case OPT_REPORT:
			args->report = optarg;
			break;
		case OPT_SINCE:
			if (!take_override("since", optarg,
			    &args->overrides.since))
				return false;
			break;
		case OPT_VERSION:
			args->action = ACT_VERSION;
			break;
		default:
			return false;
		}
	}
	args->jobs = argv + optind;
	args->job_count = argc - optind;
	return true;
}

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

	for (int i = 0; i < args->job_count; i++)
		if (config_find_job(config, args->jobs[i]) == NULL) {
			unknown_job(rep, config, args->file, args->jobs[i]);
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

/*
 * In the order of the file.  A job that fails does not keep others back.
 * Jobs fork: *is_supervisor as in job_run().
 */
static enum exit_status
run_jobs(const struct job_context *context, const struct config *config,
    const struct arguments *args, bool *is_supervisor)
{
	const atomic_int *cancelled = &context->signals->cancel;
	enum exit_status worst = EXIT_COMPLETE;
	bool all = true;

	for (size_t i = 0; i < config->job_count; i++) {
		const struct job_config *job = &config->jobs[i];
		if (!is_wanted(args, job))
			continue;
		if (*cancelled) {
			all = false;
			break;
		}
		report_set_subject(context->rep, job_name(job));
		const enum exit_status status = args->action == ACT_CHECK ?
		    job_check(job, context) : args->action == ACT_ESTIMATE ?
		    job_estimate(job, context) :
		    job_run(job, context, is_supervisor);
		if (!*is_supervisor)
			return status;
		report_set_subject(context->rep, NULL);
		if (status > worst)
			worst = status;
	}
	/* It may have come too late to be of consequence. */
	if (!*cancelled || worst >= EXIT_ABORTED ||
	    (all && worst != EXIT_NOT_STARTED))
		return worst;
	/* Before the first job or between two; a job says so itself. */
	report(context->rep, DE_ERROR, "aborted by %s",
	    signals_who_cancels(*cancelled));
	return EXIT_ABORTED;
}

static enum exit_status
use_file(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args, struct run_report *run_report)
{
	enum exit_status status = EXIT_NOT_STARTED;
	bool is_supervisor = true;
	const struct job_context context = {
		.rep = rep,
		.signals = signals_install(),
		.may_ask = args->level != REPORT_QUIET,
		.run_report = run_report,
	};
	struct config *config = config_load(args->file, &args->overrides,
	    reg, rep);

	if (config != NULL && names_are_known(rep, config, args))
		status = run_jobs(&context, config, args, &is_supervisor);
	config_free(config);
	if (is_supervisor && run_report != NULL &&
	    !run_report_write(run_report, args->report, status, rep) &&
	    status == EXIT_COMPLETE)
		status = EXIT_INCOMPLETE;
	return status;
}

static enum exit_status
use_file_and_report(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args)
{
	struct run_report *run_report = NULL;

	if (args->report != NULL) {
		run_report = run_report_new();
		if (run_report == NULL) {
			report(rep, DE_ERROR, "out of memory");
			return EXIT_NOT_STARTED;
		}
	}
	const enum exit_status status = use_file(rep, reg, args, run_report);
	run_report_free(run_report);
	return status;
}

static enum exit_status
act(struct report *rep, struct plugin_registry *reg,
    const struct arguments *args)
{
	enum exit_status status = EXIT_NOT_STARTED;

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
	if (ferror(stdout))
		report(rep, DE_ERROR, "standard output cannot be written");
	return status;
}

/*
 * With one of the three standard descriptors closed, the first file opened
 * would get its number, and messages would go into the dump.  For reading
 * only, so that a dump to a closed standard output fails.
 */
static void
occupy_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct arguments args = {
		.action = ACT_DUMP,
		.level = REPORT_NORMAL,
		.file = DEFAULT_FILE,
		.overrides.level = -1,
	};
	enum exit_status status = EXIT_NOT_STARTED;

	occupy_standard_descriptors();
	note_init();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	struct plugin_registry *reg = plugin_registry_new(rep);
	if (rep == NULL || reg == NULL) {
		fputs("dumpengine: error: out of memory\n", stderr);
	} else if (!parse_arguments(&args, argc, argv)) {
		fputs("Try `dumpengine --help`.\n", stderr);
	} else {
		report_set_level(rep, args.level);
		status = act(rep, reg, &args);
	}
	plugin_registry_free(reg);
	report_free(rep);
	return (int)status;
}
