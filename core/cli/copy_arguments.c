/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/copy_arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/host/options.h"
#include "dumpengine/plugin.h"

#define BLOCKING_MAX 1024

enum { OPT_TO = 256, OPT_DUMP, OPT_TRUST, OPT_VERSION };

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
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

/* The command line as read so far. */
struct reading {
	struct copy_request *request;
	bool is_verbose, is_quiet;
	bool failed;
};

__attribute__((format(printf, 2, 3)))
static void
report_usage(struct reading *r, const char *format, ...)
{
	va_list list;

	r->failed = true;
	fputs("dumpengine-copy: error: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

/* Take a text that may be given once. */
static void
take_text(struct reading *r, const char *name, const char **text)
{
	if (optarg[0] == '\0')
		report_usage(r, "%s: its argument is empty", name);
	if (*text != NULL)
		report_usage(r, "%s cannot be given twice", name);
	*text = optarg;
}

static uint32_t
take_number(struct reading *r, const char *name, int64_t most)
{
	int64_t number;

	if (option_parse_integer(optarg, &number) && number >= 1 &&
	    number <= most)
		return (uint32_t)number;
	report_usage(r, "%s: %s: must be an integer from 1 to %lld", name,
	    optarg, (long long)most);
	return 0;
}

static void
take_option(struct reading *r, int option)
{
	struct copy_request *q = r->request;

	switch (option) {
	case 'c':
		take_text(r, "--config", &q->config);
		break;
	case 'f':
		take_text(r, "--from", &q->from);
		break;
	case OPT_DUMP:
		take_text(r, "--dump", &q->dump);
		break;
	case OPT_TO:
		take_text(r, "--to", &q->to);
		break;
	case 'M':
		q->multi_volume = true;
		break;
	case 'l':
		q->is_not_tape = true;
		break;
	case 's':
		q->tape_file = take_number(r, "-s", INT32_MAX);
		break;
	case 'b':
		q->record_size = take_number(r, "-b", BLOCKING_MAX) *
		    DE_TAPE_BLOCK;
		break;
	case 'F':
		take_text(r, "-F", &q->script);
		break;
	case OPT_TRUST:
		if (!trust_allow(q->trust, optarg))
			report_usage(r, "--trust: %s: %s", optarg,
			    strerror(errno));
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
		r->failed = true;
		break;
	}
}

static void
refuse_with_dump(struct reading *r, bool is_given, const char *name)
{
	if (is_given)
		report_usage(r, "%s and --dump cannot be used together: the "
		    "catalogue says where the dump is", name);
}

/* Refuse what is missing, or has no effect. */
static void
check_together(struct reading *r)
{
	const struct copy_request *q = r->request;

	if (q->action != COPY_RUN)
		return;
	if (r->is_quiet && r->is_verbose)
		report_usage(r, "-q and -v cannot be used together");
	if (q->from == NULL && q->dump == NULL)
		report_usage(r, "say what to copy: --from SET or --dump DUMP");
	if (q->to == NULL)
		report_usage(r, "say where to: --to NAME, which the "
		    "configuration has among its copies or jobs");
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
	struct reading r = { .request = q };
	int option;

	while (!r.failed && (option = getopt_long(argc, argv, letters,
	    long_options, NULL)) != -1)
		take_option(&r, option);
	if (!r.failed && optind < argc)
		report_usage(&r, "%s: what is it for?  The set is named by "
		    "--from, and where it is copied to by --to", argv[optind]);
	if (!r.failed)
		check_together(&r);
	q->verbosity = r.is_verbose ? REPORT_VERBOSE : r.is_quiet ?
	    REPORT_QUIET : REPORT_NORMAL;
	return !r.failed;
}
