/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/copy_arguments.h"

#include <getopt.h>

#include "core/cli/command_line.h"
#include "dumpengine/plugin.h"

#define BLOCKING_MAX 1024

enum { OPT_TO = 256, OPT_DUMP, OPT_KEY, OPT_TRUST, OPT_VERSION };

static const char letters[] = "b:c:f:F:hlMqs:v";
static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "from", required_argument, NULL, 'f' },
	{ "dump", required_argument, NULL, OPT_DUMP },
	{ "to", required_argument, NULL, OPT_TO },
	{ "multi-volume", no_argument, NULL, 'M' },
	{ "remote-file", no_argument, NULL, 'l' },
	{ "tape-file", required_argument, NULL, 's' },
	{ "record-size", required_argument, NULL, 'b' },
	{ "volume-script", required_argument, NULL, 'F' },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

/* The command line as read so far. */
struct reading {
	struct command_line line;
	struct copy_request *request;
	bool is_verbose, is_quiet;
};

static void
take_option(struct reading *r, int option)
{
	struct copy_request *q = r->request;

	switch (option) {
	case 'c':
		command_line_text(&r->line, "--config", &q->config);
		break;
	case 'f':
		command_line_text(&r->line, "--from", &q->from);
		break;
	case OPT_DUMP:
		command_line_text(&r->line, "--dump", &q->dump);
		break;
	case OPT_TO:
		command_line_text(&r->line, "--to", &q->to);
		break;
	case 'M':
		q->multi_volume = true;
		break;
	case 'l':
		q->is_not_tape = true;
		break;
	case 's':
		q->tape_file = (uint32_t)command_line_number(&r->line, "-s", 1,
		    INT32_MAX);
		break;
	case 'b':
		q->record_size = DE_TAPE_BLOCK * (uint32_t)command_line_number(
		    &r->line, "-b", 1, BLOCKING_MAX);
		break;
	case 'F':
		command_line_text(&r->line, "-F", &q->script);
		break;
	case OPT_KEY:
		command_line_text(&r->line, "--key", &q->key);
		break;
	case OPT_TRUST:
		command_line_trust(&r->line, q->trust);
		break;
	case 'v':
		r->is_verbose = true;
		break;
	case 'q':
		r->is_quiet = true;
		break;
	case 'h':
		q->action = COPY_HELP;
		break;
	case OPT_VERSION:
		if (q->action != COPY_HELP)
			q->action = COPY_VERSION;
		break;
	default:		/* getopt_long() has printed the error */
		r->line.failed = true;
		break;
	}
}

static void
refuse_with_dump(struct reading *r, bool is_given, const char *name)
{
	if (is_given)
		command_line_error(&r->line, "%s and --dump cannot be used "
		    "together: the catalogue says where the dump is", name);
}

/* Refuse what is missing, or has no effect. */
static void
check_together(struct reading *r)
{
	const struct copy_request *q = r->request;

	if (q->action != COPY_RUN)
		return;
	if (r->is_quiet && r->is_verbose)
		command_line_error(&r->line, "-q and -v cannot be used "
		    "together");
	if (q->from == NULL && q->dump == NULL)
		command_line_error(&r->line, "say what to copy: --from SET or "
		    "--dump DUMP");
	if (q->to == NULL)
		command_line_error(&r->line, "say where to: --to NAME, which "
		    "the configuration has among its copies or jobs");
	if (q->dump == NULL)
		return;
	refuse_with_dump(r, q->from != NULL, "--from");
	refuse_with_dump(r, q->multi_volume, "-M");
	refuse_with_dump(r, q->is_not_tape, "-l");
	refuse_with_dump(r, q->tape_file != 0, "-s");
}

bool
copy_arguments_parse(struct copy_request *q, int argc, char **argv)
{
	struct reading r = {
		.line = { .program = "dumpengine-copy" },
		.request = q,
	};
	int option;

	while (!r.line.failed && (option = getopt_long(argc, argv, letters,
	    long_options, NULL)) != -1)
		take_option(&r, option);
	if (!r.line.failed && optind < argc)
		command_line_error(&r.line, "%s: what is it for?  The set is "
		    "named by --from, and where it is copied to by --to",
		    argv[optind]);
	if (!r.line.failed)
		check_together(&r);
	q->verbosity = command_line_verbosity(r.is_quiet, r.is_verbose);
	return !r.line.failed;
}
