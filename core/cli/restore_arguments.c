/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/restore_arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cli/command_line.h"

#define BLOCKING_MAX 65536	/* KiB; -b */
#define WORKERS_MAX 16
#define LETTERS_WITH_VALUE "AbDfFHLPQsTX"

static const char letters[] = "aA:b:CdD:f:F:hH:iklL:mMNoP:qQ:Rrs:tT:uvVxX:y0";

enum { OPT_VERIFY = 256, OPT_DRILL, OPT_SEED, OPT_IF_EXISTS, OPT_UNTRUSTED,
    OPT_REPORT, OPT_DIALECT, OPT_JOB, OPT_CONFIG, OPT_TRUST, OPT_HELP,
    OPT_VERSION, OPT_AT, OPT_CATALOG, OPT_KEY };

static const struct option long_options[] = {
	{ "list", no_argument, NULL, 't' },
	{ "extract", no_argument, NULL, 'x' },
	{ "rebuild", no_argument, NULL, 'r' },
	{ "resume", no_argument, NULL, 'R' },
	{ "compare", no_argument, NULL, 'C' },
	{ "interactive", no_argument, NULL, 'i' },
	{ "positions", required_argument, NULL, 'P' },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "drill", required_argument, NULL, OPT_DRILL },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "all-volumes", no_argument, NULL, 'a' },
	{ "at", required_argument, NULL, OPT_AT },
	{ "catalog", required_argument, NULL, OPT_CATALOG },
	{ "contents", required_argument, NULL, 'A' },
	{ "record-size", required_argument, NULL, 'b' },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "debug", no_argument, NULL, 'd' },
	{ "dialect", required_argument, NULL, OPT_DIALECT },
	{ "root", required_argument, NULL, 'D' },
	{ "file", required_argument, NULL, 'f' },
	{ "volume-script", required_argument, NULL, 'F' },
	{ "no-recursion", no_argument, NULL, 'h' },
	{ "if-exists", required_argument, NULL, OPT_IF_EXISTS },
	{ "job", required_argument, NULL, OPT_JOB },
	{ "remote-file", no_argument, NULL, 'l' },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "limit", required_argument, NULL, 'L' },
	{ "by-number", no_argument, NULL, 'm' },
	{ "multi-volume", no_argument, NULL, 'M' },
	{ "dry-run", no_argument, NULL, 'N' },
	{ "root-owner", no_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "use-positions", required_argument, NULL, 'Q' },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "tape-file", required_argument, NULL, 's' },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "temporary", required_argument, NULL, 'T' },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "unlink", no_argument, NULL, 'u' },
	{ "untrusted", no_argument, NULL, OPT_UNTRUSTED },
	{ "verbose", no_argument, NULL, 'v' },
	{ "volumes", no_argument, NULL, 'V' },
	{ "names-from", required_argument, NULL, 'X' },
	{ "yes", no_argument, NULL, 'y' },
	{ "null", no_argument, NULL, '0' },
	{ NULL, 0, NULL, 0 }
};

static const char *const action_names[] = {
	[RESTORE_NOTHING] = "nothing",
	[RESTORE_LIST] = "-t",
	[RESTORE_EXTRACT] = "-x",
	[RESTORE_REBUILD] = "-r",
	[RESTORE_RESUME] = "-R",
	[RESTORE_COMPARE] = "-C",
	[RESTORE_INTERACTIVE] = "-i",
	[RESTORE_POSITIONS] = "-P",
	[RESTORE_VERIFY] = "--verify",
	[RESTORE_DRILL] = "--drill",
	[RESTORE_HELP] = "--help",
	[RESTORE_VERSION] = "--version",
};

/* The command line as read so far. */
struct reading {
	struct command_line line;
	struct restore_request *request;
	bool is_verbose, is_quiet, is_debug;
	bool is_unlinking;		/* -u */
	bool has_if_exists;
	bool uses_positions;		/* -Q */
	bool has_at;
};

/* --help always wins. */
static void
take_action(struct reading *r, enum restore_action action)
{
	struct restore_request *q = r->request;

	if (q->action == RESTORE_HELP)
		return;
	if (action != RESTORE_HELP && q->action != RESTORE_NOTHING &&
	    q->action != action)
		command_line_error(&r->line, "%s and %s cannot be used "
		    "together", action_names[q->action], action_names[action]);
	q->action = action;
}

static void
take_if_exists(struct reading *r)
{
	static const struct {
		const char *name;
		enum if_exists value;
	} choices[] = {
		{ "fail", IF_EXISTS_FAIL },
		{ "skip", IF_EXISTS_SKIP },
		{ "newer", IF_EXISTS_NEWER },
		{ "replace", IF_EXISTS_REPLACE },
	};

	r->has_if_exists = true;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (strcmp(optarg, choices[i].name) == 0) {
			r->request->settings.if_exists = choices[i].value;
			return;
		}
	command_line_error(&r->line, "--if-exists: %s: must be fail, skip, "
	    "newer or replace", optarg);
}

/* What to do.  False: it is something else. */
static bool
take_action_option(struct reading *r, int option)
{
	struct restore_request *q = r->request;

	switch (option) {
	case 't':
		take_action(r, RESTORE_LIST);
		return true;
	case 'x':
		take_action(r, RESTORE_EXTRACT);
		return true;
	case 'r':
		take_action(r, RESTORE_REBUILD);
		return true;
	case 'R':
		take_action(r, RESTORE_RESUME);
		return true;
	case 'C':
		take_action(r, RESTORE_COMPARE);
		return true;
	case 'i':
		take_action(r, RESTORE_INTERACTIVE);
		return true;
	case 'P':
		take_action(r, RESTORE_POSITIONS);
		command_line_text(&r->line, "-P", &q->positions);
		return true;
	case OPT_VERIFY:
		take_action(r, RESTORE_VERIFY);
		return true;
	case OPT_DRILL:
		take_action(r, RESTORE_DRILL);
		q->drill_files = command_line_number(&r->line, "--drill", 1,
		    1000000000);
		return true;
	case OPT_HELP:
		take_action(r, RESTORE_HELP);
		return true;
	case OPT_VERSION:
		take_action(r, RESTORE_VERSION);
		return true;
	default:
		return false;
	}
}

/* Where the sets are. */
static bool
take_medium_option(struct reading *r, int option)
{
	struct restore_request *q = r->request;

	switch (option) {
	case 'f':
		if (optarg[0] == '\0')
			command_line_error(&r->line, "-f: its argument is "
			    "empty");
		q->files[q->file_count++] = optarg;
		return true;
	case 'M':
		q->multi_volume = true;
		return true;
	case 'l':
		q->is_not_tape = true;
		return true;
	case 's':
		q->tape_file = (uint32_t)command_line_number(&r->line, "-s", 1,
		    INT32_MAX);
		return true;
	case 'b':
		q->record_size = DE_TAPE_BLOCK * (uint32_t)command_line_number(
		    &r->line, "-b", 1, BLOCKING_MAX);
		return true;
	case OPT_CONFIG:
		command_line_text(&r->line, "--config", &q->config);
		return true;
	case OPT_JOB:
		command_line_text(&r->line, "--job", &q->job);
		return true;
	case OPT_AT:
		command_line_at(&r->line, &r->has_at, &q->at);
		return true;
	case OPT_CATALOG:
		command_line_text(&r->line, "--catalog", &q->catalog);
		return true;
	case OPT_DIALECT:
		command_line_text(&r->line, "--dialect", &q->dialect);
		return true;
	case 'F':
		command_line_text(&r->line, "-F", &q->script);
		return true;
	case OPT_KEY:
		command_line_text(&r->line, "--key", &q->key);
		return true;
	default:
		return false;
	}
}

/* What is wanted, and how. */
static bool
take_wish(struct reading *r, int option)
{
	struct restore_request *q = r->request;

	switch (option) {
	case 'A':
		command_line_text(&r->line, "-A", &q->contents);
		return true;
	case 'Q':
		r->uses_positions = true;
		command_line_text(&r->line, "-Q", &q->positions);
		return true;
	case 'D':
		command_line_text(&r->line, "-D", &q->root);
		return true;
	case 'L':
		q->limit = command_line_number(&r->line, "-L", 0, INT64_MAX);
		return true;
	case 'X':
		command_line_text(&r->line, "-X", &q->names_file);
		return true;
	case 'T':
		q->settings.tmpdir = NULL;
		command_line_text(&r->line, "-T", &q->settings.tmpdir);
		return true;
	case 'h':
		q->settings.no_recursion = true;
		return true;
	case 'm':
		q->settings.by_number = true;
		return true;
	case 'N':
		q->settings.dry_run = true;
		return true;
	case 'u':
		r->is_unlinking = true;
		return true;
	case '0':
		q->zero_terminated = true;
		return true;
	case OPT_SEED:
		q->has_seed = true;
		q->seed = command_line_number(&r->line, "--seed", 0, INT64_MAX);
		return true;
	case OPT_IF_EXISTS:
		take_if_exists(r);
		return true;
	case OPT_UNTRUSTED:
		q->settings.untrusted = true;
		return true;
	default:
		return false;
	}
}

static void
take_option(struct reading *r, int option)
{
	struct restore_request *q = r->request;

	if (take_action_option(r, option) || take_medium_option(r, option) ||
	    take_wish(r, option))
		return;
	switch (option) {
	case 'a':
		q->reads_all = true;
		break;
	case 'o':
		q->takes_root = true;
		break;
	case 'y':
		q->goes_on = true;
		break;
	case 'v':
		r->is_verbose = true;
		break;
	case 'd':
		r->is_debug = true;
		break;
	case 'q':
		r->is_quiet = true;
		break;
	case OPT_REPORT:
		command_line_text(&r->line, "--report", &q->report);
		break;
	case OPT_TRUST:
		command_line_trust(&r->line, q->trust);
		break;
	case 'c': case 'H': case 'k': case 'V':
		break;		/* of restore(8); without meaning here */
	default:		/* getopt_long() has printed the error */
		r->line.failed = true;
		break;
	}
}

/* ------------------------------------------------------- the old style */

/*
 * "rbf 32 FILE" is "-r -b 32 -f FILE": the values follow in the order of the
 * letters.  A new argv, to be freed, whose texts are those of the old one or in
 * *texts; NULL after a report.
 */
static char **
from_old_style(struct reading *r, int *argc, char **argv, char **texts)
{
	const char *bundle = argv[1];
	const size_t length = strlen(bundle);
	const size_t room = (size_t)*argc + length + 1;
	char **new_argv = calloc(room, sizeof(*new_argv));
	char *text = malloc(3 * length + 1);
	int used = 0, next = 2;

	*texts = text;
	if (new_argv == NULL || text == NULL) {
		command_line_error(&r->line, "out of memory");
		free(new_argv);
		return NULL;
	}
	new_argv[used++] = argv[0];
	for (const char *p = bundle; *p != '\0'; p++) {
		new_argv[used++] = text;
		*text++ = '-';
		*text++ = *p;
		*text++ = '\0';
		if (strchr(LETTERS_WITH_VALUE, *p) == NULL)
			continue;
		if (next >= *argc) {
			command_line_error(&r->line, "%c needs an argument",
			    *p);
			free(new_argv);
			return NULL;
		}
		new_argv[used++] = argv[next++];
	}
	while (next < *argc)
		new_argv[used++] = argv[next++];
	*argc = used;
	return new_argv;
}

/* Is the first argument a bundle of letters without a dash? */
static bool
is_old_style(int argc, char **argv)
{
	return argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0';
}

/* ------------------------------------------------------------ the rest */

static bool
is_option(const char *argument, const char *name)
{
	const size_t length = strcspn(argument, "=");

	return strlen(name) == length && strncmp(argument, name, length) == 0;
}

/*
 * In restore(8), -c has no argument; with --job, --at or --catalog, it is the
 * configuration, as in dumpengine(8).
 */
static bool
has_config(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_option(argv[i], "--job") || is_option(argv[i], "--at") ||
		    is_option(argv[i], "--catalog"))
			return true;
	return false;
}

static void
read_options(struct reading *r, int argc, char **argv)
{
	const bool takes_config = has_config(argc, argv);
	char all[sizeof(letters) + 2];
	int option;

	snprintf(all, sizeof(all), "%s%s", letters, takes_config ? "c:" : "c");
	while (!r->line.failed && (option = getopt_long(argc, argv, all,
	    long_options, NULL)) != -1)
		take_option(r, option == 'c' && takes_config ? OPT_CONFIG :
		    option);
	for (int i = optind; i < argc; i++)
		r->request->names[r->request->name_count++] = argv[i];
}

/* What is not on the command line is in the environment or by default. */
static void
complete(struct reading *r)
{
	struct restore_request *q = r->request;
	const bool rebuilds = q->action == RESTORE_REBUILD ||
	    q->action == RESTORE_RESUME;
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	const char *tape = getenv("TAPE");
	const char *tmpdir = getenv("TMPDIR");

	q->is_from_catalog = r->has_at || q->catalog != NULL;
	if (!r->has_at)
		q->at = INT64_MAX;
	if (q->file_count == 0 && q->job == NULL && !q->is_from_catalog)
		q->files[q->file_count++] = tape != NULL && tape[0] != '\0' ?
		    tape : "/dev/st0";
	if (q->settings.tmpdir == NULL)
		q->settings.tmpdir = tmpdir != NULL && tmpdir[0] != '\0' ?
		    tmpdir : "/tmp";
	if (r->is_unlinking || (rebuilds && !r->has_if_exists))
		q->settings.if_exists = IF_EXISTS_REPLACE;
	q->settings.verbose = r->is_verbose;
	q->settings.workers = processors < 1 ? 1 : processors > WORKERS_MAX ?
	    WORKERS_MAX : (unsigned int)processors;
	q->verbosity = command_line_verbosity(r->is_quiet, r->is_debug);
}

static bool
takes_names(enum restore_action action)
{
	return action == RESTORE_LIST || action == RESTORE_EXTRACT ||
	    action == RESTORE_COMPARE || action == RESTORE_POSITIONS;
}

static bool
takes_chain(enum restore_action action)
{
	return action == RESTORE_LIST || action == RESTORE_EXTRACT ||
	    action == RESTORE_REBUILD || action == RESTORE_RESUME ||
	    action == RESTORE_INTERACTIVE || action == RESTORE_COMPARE;
}

/* The catalogue says what else would be asked for by options. */
static void
check_catalog(struct reading *r)
{
	const struct restore_request *q = r->request;
	const char *option = r->has_at ? "--at" : "--catalog";

	if (!r->has_at && q->catalog == NULL)
		return;
	if (!takes_chain(q->action))
		command_line_error(&r->line, "%s is for -t, -x, -r, -R, -C and "
		    "-i", option);
	if (q->file_count > 1)
		command_line_error(&r->line, "with %s, -f names the drive for "
		    "tapes, once", option);
	if (q->multi_volume || q->tape_file != 0)
		command_line_error(&r->line, "%s and %s cannot be used "
		    "together", option, q->multi_volume ? "-M" : "-s");
	if (q->contents != NULL || r->uses_positions)
		command_line_error(&r->line, "%s and %s cannot be used "
		    "together", option, q->contents != NULL ? "-A" : "-Q");
}

/* Refuse what is valid alone but not together. */
static void
check_together(struct reading *r)
{
	const struct restore_request *q = r->request;
	const char *action = action_names[q->action];

	if (q->action == RESTORE_HELP || q->action == RESTORE_VERSION)
		return;
	if (q->action == RESTORE_NOTHING)
		command_line_error(&r->line, "say what to do: one of -t, -x, "
		    "-r, -R, -C, -i, -P, --verify and --drill");
	else if (q->name_count > 0 && !takes_names(q->action))
		command_line_error(&r->line, "%s: %s takes no names",
		    q->names[0], action);
	else if (q->names_file != NULL && !takes_names(q->action))
		command_line_error(&r->line, "-X has no effect with %s",
		    action);
	else if (q->file_count > 1 && !takes_chain(q->action))
		command_line_error(&r->line, "%s takes one set, not %zu",
		    action, q->file_count);
	if (r->is_quiet && (r->is_verbose || r->is_debug))
		command_line_error(&r->line, "-q and %s cannot be used "
		    "together", r->is_debug ? "-d" : "-v");
	if (r->is_unlinking && r->has_if_exists)
		command_line_error(&r->line, "-u and --if-exists cannot be "
		    "used together");
	check_catalog(r);
	const bool is_from_catalog = r->has_at || q->catalog != NULL;
	if (q->job != NULL && q->file_count > 0 && !is_from_catalog)
		command_line_error(&r->line, "-f and --job cannot be used "
		    "together");
	if (q->config != NULL && q->job == NULL && !is_from_catalog)
		command_line_error(&r->line, "--config has no effect without "
		    "--job or --at");
	if (q->has_seed && q->action != RESTORE_DRILL)
		command_line_error(&r->line, "--seed has no effect with %s",
		    action);
	if (r->uses_positions && q->action != RESTORE_LIST &&
	    q->action != RESTORE_EXTRACT && q->action != RESTORE_INTERACTIVE)
		command_line_error(&r->line, "-Q is for -t, -x and -i");
	if (q->contents != NULL && q->action != RESTORE_LIST &&
	    q->action != RESTORE_EXTRACT && q->action != RESTORE_INTERACTIVE)
		command_line_error(&r->line, "-A is for -t, -x and -i");
}

bool
restore_arguments_parse(struct restore_request *q, int argc, char **argv)
{
	struct reading r = {
		.line = { .program = "dumpengine-restore" },
		.request = q,
	};
	const bool is_old = is_old_style(argc, argv);
	char *texts = NULL;

	q->settings.if_exists = IF_EXISTS_ASK;
	q->files = calloc((size_t)argc + 1, sizeof(*q->files));
	q->names = calloc((size_t)argc + 1, sizeof(*q->names));
	if (q->files == NULL || q->names == NULL) {
		command_line_error(&r.line, "out of memory");
		return false;
	}
	char **words = is_old ? from_old_style(&r, &argc, argv, &texts) : argv;
	if (words != NULL) {
		read_options(&r, argc, words);
		if (!r.line.failed)
			check_together(&r);
		complete(&r);
	}
	if (is_old)
		free(words);
	free(texts);
	return !r.line.failed;
}

void
restore_arguments_free(struct restore_request *q)
{
	free(q->files);
	free(q->names);
	q->files = q->names = NULL;
	q->file_count = q->name_count = 0;
}
