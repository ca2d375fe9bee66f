/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/arguments.h"

#include <getopt.h>

#include "core/cli/command_line.h"

static const char default_file[] = SYSCONFDIR
    "/dumpengine/dumpengine.conf";

enum { OPT_CHECK = 256, OPT_ESTIMATE, OPT_LEVEL, OPT_LIST_PLUGINS,
    OPT_NO_UPDATE, OPT_PLUGIN_HELP, OPT_REPORT, OPT_SINCE, OPT_TRUST,
    OPT_VERSION };

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
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

static const char *const action_names[] = {
	[ACT_DUMP] = "a dump",
	[ACT_CHECK] = "--check",
	[ACT_ESTIMATE] = "--estimate",
	[ACT_LIST_PLUGINS] = "--list-plugins",
	[ACT_PLUGIN_HELP] = "--plugin-help",
	[ACT_VERSION] = "--version",
	[ACT_HELP] = "--help",
};

/* The command line as read so far. */
struct reading {
	struct command_line line;
	struct arguments *args;
	const char *of_a_run;	/* an option seen that only affects a run */
	bool is_verbose, is_quiet;
};

/* Parse the value of an option that jobs also have, by their table. */
static void
take_override(struct reading *r, const char *key, const char *text,
    int64_t *value)
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
		command_line_error(&r->line, "--%s: %s", key, why);
	option_set_free(set);
}

/* --help always wins. */
static void
take_action(struct reading *r, enum action action)
{
	struct arguments *args = r->args;

	if (action != ACT_HELP && args->action != ACT_HELP &&
	    args->action != ACT_DUMP && args->action != action)
		command_line_error(&r->line, "%s and %s cannot be used "
		    "together", action_names[args->action],
		    action_names[action]);
	if (args->action != ACT_HELP)
		args->action = action;
}

/* Take a file name, once: *file still has its initial value `unset`. */
static void
take_file(struct reading *r, const char *name, const char *unset,
    const char **file)
{
	if (optarg[0] == '\0')
		command_line_error(&r->line, "%s: the file name is empty",
		    name);
	if (*file != unset)
		command_line_error(&r->line, "%s cannot be given twice", name);
	*file = optarg;
	r->of_a_run = name;
}

static void
take_option(struct reading *r, int option)
{
	struct arguments *args = r->args;

	switch (option) {
	case 'c':
		take_file(r, "--config", default_file, &args->file);
		break;
	case 'v':
		r->is_verbose = true;
		break;
	case 'q':
		r->is_quiet = true;
		break;
	case 'h':
		take_action(r, ACT_HELP);
		break;
	case OPT_CHECK:
		take_action(r, ACT_CHECK);
		break;
	case OPT_ESTIMATE:
		take_action(r, ACT_ESTIMATE);
		break;
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		args->overrides.level = option - '0';
		r->of_a_run = "--level";
		break;
	case OPT_LEVEL:
		take_override(r, "level", optarg, &args->overrides.level);
		r->of_a_run = "--level";
		break;
	case OPT_LIST_PLUGINS:
		take_action(r, ACT_LIST_PLUGINS);
		break;
	case OPT_NO_UPDATE:
		args->overrides.no_update = true;
		r->of_a_run = "--no-update";
		break;
	case OPT_PLUGIN_HELP:
		take_action(r, ACT_PLUGIN_HELP);
		args->plugin = optarg;
		break;
	case OPT_REPORT:
		take_file(r, "--report", NULL, &args->report);
		break;
	case OPT_SINCE:
		take_override(r, "since", optarg, &args->overrides.since);
		r->of_a_run = "--since";
		break;
	case OPT_TRUST:
		command_line_trust(&r->line, args->trust);
		break;
	case OPT_VERSION:
		take_action(r, ACT_VERSION);
		break;
	default:		/* getopt_long() has printed the error */
		r->line.failed = true;
		break;
	}
}

/* Refuse options that are valid alone but not together. */
static void
check_together(struct reading *r)
{
	const struct arguments *args = r->args;
	const bool is_run = args->action == ACT_DUMP ||
	    args->action == ACT_CHECK || args->action == ACT_ESTIMATE;

	if (args->action == ACT_HELP)
		return;
	if (r->is_verbose && r->is_quiet)
		command_line_error(&r->line, "--verbose and --quiet cannot be "
		    "used together");
	if (!is_run && args->job_count > 0)
		command_line_error(&r->line, "%s: %s takes no job names",
		    args->jobs[0], action_names[args->action]);
	if (!is_run && r->of_a_run != NULL)
		command_line_error(&r->line, "%s has no effect with %s",
		    r->of_a_run, action_names[args->action]);
}

bool
arguments_parse(struct arguments *args, int argc, char **argv)
{
	struct reading r = {
		.line = { .program = "dumpengine" },
		.args = args,
	};
	int option;

	args->action = ACT_DUMP;
	args->file = default_file;
	args->overrides.level = -1;
	while (!r.line.failed && (option = getopt_long(argc, argv,
	    "c:vqh0123456789", long_options, NULL)) != -1)
		take_option(&r, option);
	args->jobs = argv + optind;
	args->job_count = argc - optind;
	args->verbosity = command_line_verbosity(r.is_quiet, r.is_verbose);
	if (!r.line.failed)
		check_together(&r);
	return !r.line.failed;
}
