/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/catalog_arguments.h"

#include <getopt.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/cli/command_line.h"

enum { OPT_CATALOG = 256, OPT_JOB, OPT_AT, OPT_JSON, OPT_FORCE, OPT_READ,
    OPT_KEY, OPT_TRUST, OPT_HELP, OPT_VERSION };

static const char letters[] = "c:HMns:dq";

static const struct option long_options[] = {
	{ "catalog", required_argument, NULL, OPT_CATALOG },
	{ "config", required_argument, NULL, 'c' },
	{ "job", required_argument, NULL, OPT_JOB },
	{ "at", required_argument, NULL, OPT_AT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "no-header", no_argument, NULL, 'H' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "read", no_argument, NULL, OPT_READ },
	{ "multi-volume", no_argument, NULL, 'M' },
	{ "tape-file", required_argument, NULL, 's' },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "debug", no_argument, NULL, 'd' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

/* What options a task takes, beside those that all do. */
enum takes { TAKES_JOB = 1, TAKES_AT = 2, TAKES_FORCE = 4, TAKES_READ = 8,
    TAKES_PREFIX = 16, TAKES_FILE = 32, TAKES_DRY = 64, TAKES_KEY = 128 };

static const struct task {
	const char *name;
	enum catalog_task task;
	const char *names;		/* what it is for; NULL: nothing */
	bool needs_names;
	unsigned int takes;
} tasks[] = {
	{ "list", CATALOG_TASK_LIST, "JOB", false, TAKES_JOB | TAKES_AT },
	{ "show", CATALOG_TASK_SHOW, "DUMP", true, 0 },
	{ "find", CATALOG_TASK_FIND, "PATTERN", true, TAKES_JOB | TAKES_AT },
	{ "which", CATALOG_TASK_WHICH, "PATH", true, TAKES_JOB | TAKES_AT },
	{ "volumes", CATALOG_TASK_VOLUMES, NULL, false, TAKES_JOB },
	{ "may-overwrite", CATALOG_TASK_MAY_OVERWRITE, "MEDIUM", true, 0 },
	{ "add", CATALOG_TASK_ADD, "SET", true,
	  TAKES_JOB | TAKES_PREFIX | TAKES_FILE | TAKES_KEY },
	{ "rebuild", CATALOG_TASK_REBUILD, "MEDIUM", true,
	  TAKES_PREFIX | TAKES_KEY },
	{ "check", CATALOG_TASK_CHECK, "DUMP", false,
	  TAKES_JOB | TAKES_READ | TAKES_KEY },
	{ "forget", CATALOG_TASK_FORGET, "DUMP", true, TAKES_FORCE },
	{ "expire", CATALOG_TASK_EXPIRE, NULL, false, TAKES_JOB | TAKES_DRY },
	{ "status", CATALOG_TASK_STATUS, NULL, false, TAKES_JOB },
	{ "export", CATALOG_TASK_EXPORT, NULL, false, 0 },
};
#define TASKS (sizeof(tasks) / sizeof(tasks[0]))

/* The command line as read so far. */
struct reading {
	struct command_line line;
	struct catalog_request *request;
	const struct task *task;
	bool is_quiet, is_debug;
};

static void
take_option(struct reading *r, int option)
{
	struct catalog_request *q = r->request;

	switch (option) {
	case OPT_CATALOG:
		command_line_text(&r->line, "--catalog", &q->catalog);
		break;
	case 'c':
		command_line_text(&r->line, "--config", &q->config);
		break;
	case OPT_JOB:
		command_line_text(&r->line, "--job", &q->job);
		break;
	case OPT_AT:
		command_line_at(&r->line, &q->has_at, &q->at);
		break;
	case OPT_JSON:
		q->is_json = true;
		break;
	case 'H':
		q->is_bare = true;
		break;
	case 'n':
		q->is_dry = true;
		break;
	case OPT_FORCE:
		q->forces = true;
		break;
	case OPT_READ:
		q->reads = true;
		break;
	case 'M':
		q->multi_volume = true;
		break;
	case 's':
		q->tape_file = (uint32_t)command_line_number(&r->line, "-s", 1,
		    INT32_MAX);
		break;
	case OPT_KEY:
		command_line_text(&r->line, "--key", &q->key);
		break;
	case OPT_TRUST:
		command_line_trust(&r->line, q->trust);
		break;
	case 'd':
		r->is_debug = true;
		break;
	case 'q':
		r->is_quiet = true;
		break;
	case OPT_HELP:
		q->task = CATALOG_TASK_HELP;
		break;
	case OPT_VERSION:
		if (q->task != CATALOG_TASK_HELP)
			q->task = CATALOG_TASK_VERSION;
		break;
	default:		/* getopt_long() has printed the error */
		r->line.failed = true;
		break;
	}
}

static void
find_task(struct reading *r, const char *name)
{
	struct suggestion s;

	suggest_begin(&s, name);
	for (size_t i = 0; i < TASKS; i++) {
		if (strcmp(tasks[i].name, name) == 0) {
			r->task = &tasks[i];
			r->request->task = tasks[i].task;
			return;
		}
		suggest_offer(&s, tasks[i].name);
	}
	if (s.best != NULL)
		command_line_error(&r->line, "%s: there is no such command; "
		    "did you mean %s?", name, s.best);
	else
		command_line_error(&r->line, "%s: there is no such command",
		    name);
}

/* The first word says what to do, the others what with. */
static void
take_words(struct reading *r, int argc, char **argv)
{
	struct catalog_request *q = r->request;

	if (q->task != CATALOG_TASK_NOTHING)
		return;			/* --help, --version */
	if (optind == argc) {
		command_line_error(&r->line, "say what to do: list, show, "
		    "find, which, volumes, may-overwrite, add, rebuild, check, "
		    "forget, expire, status or export");
		return;
	}
	find_task(r, argv[optind]);
	q->names = argv + optind + 1;
	q->name_count = (size_t)(argc - optind - 1);
}

static void
check_option(struct reading *r, bool is_given, unsigned int taken,
    const char *name)
{
	if (is_given && (r->task->takes & taken) == 0)
		command_line_error(&r->line, "%s has no effect with %s", name,
		    r->task->name);
}

/* Refuse what has no effect. */
static void
check_together(struct reading *r)
{
	const struct catalog_request *q = r->request;
	const struct task *t = r->task;

	if (r->is_quiet && r->is_debug)
		command_line_error(&r->line, "-q and -d cannot be used "
		    "together");
	if (q->is_json && q->is_bare)
		command_line_error(&r->line, "--json and -H cannot be used "
		    "together");
	if (t == NULL)
		return;
	if (q->name_count > 0 && t->names == NULL)
		command_line_error(&r->line, "%s: %s takes no names",
		    q->names[0], t->name);
	if (q->name_count == 0 && t->needs_names)
		command_line_error(&r->line, "%s needs a %s", t->name,
		    t->names);
	for (size_t i = 0; i < q->name_count; i++)
		if (q->names[i][0] == '\0')
			command_line_error(&r->line, "%s: a %s is empty",
			    t->name, t->names);
	if (q->job != NULL && q->name_count > 0 &&
	    (t->task == CATALOG_TASK_LIST || t->task == CATALOG_TASK_CHECK))
		command_line_error(&r->line, "--job and a %s cannot be used "
		    "together", t->names);
	check_option(r, q->job != NULL, TAKES_JOB, "--job");
	check_option(r, q->has_at, TAKES_AT, "--at");
	check_option(r, q->forces, TAKES_FORCE, "--force");
	check_option(r, q->is_dry, TAKES_DRY, "--dry-run");
	check_option(r, q->reads, TAKES_READ, "--read");
	check_option(r, q->multi_volume, TAKES_PREFIX, "-M");
	check_option(r, q->tape_file != 0, TAKES_FILE, "-s");
	check_option(r, q->key != NULL, TAKES_KEY, "--key");
	if (t->task == CATALOG_TASK_CHECK && q->key != NULL && !q->reads)
		command_line_error(&r->line, "--key has no effect with check "
		    "unless it reads the volumes: --read");
}

bool
catalog_arguments_parse(struct catalog_request *q, int argc, char **argv)
{
	struct reading r = {
		.line = { .program = "dumpengine-catalog" },
		.request = q,
	};
	int option;

	while (!r.line.failed && (option = getopt_long(argc, argv, letters,
	    long_options, NULL)) != -1)
		take_option(&r, option);
	if (!r.line.failed)
		take_words(&r, argc, argv);
	if (!r.line.failed)
		check_together(&r);
	q->verbosity = command_line_verbosity(r.is_quiet, r.is_debug);
	return !r.line.failed;
}
