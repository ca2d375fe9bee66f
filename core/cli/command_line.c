/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/command_line.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/date_range.h"
#include "core/host/options.h"

void
command_line_error(struct command_line *line, const char *format, ...)
{
	va_list list;

	line->failed = true;
	fprintf(stderr, "%s: error: ", line->program);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

void
command_line_text(struct command_line *line, const char *name,
    const char **text)
{
	if (optarg[0] == '\0')
		command_line_error(line, "%s: its argument is empty", name);
	if (*text != NULL)
		command_line_error(line, "%s cannot be given twice", name);
	*text = optarg;
}

uint64_t
command_line_number(struct command_line *line, const char *name,
    int64_t least, int64_t most)
{
	int64_t number;

	if (option_parse_integer(optarg, &number) && number >= least &&
	    number <= most)
		return (uint64_t)number;
	command_line_error(line, "%s: %s: must be an integer from %" PRId64
	    " to %" PRId64, name, optarg, least, most);
	return 0;
}

void
command_line_at(struct command_line *line, bool *is_given, int64_t *at)
{
	struct date_range range;

	if (*is_given)
		command_line_error(line, "--at cannot be given twice");
	else if (!date_range_parse(optarg, (int64_t)time(NULL), &range))
		command_line_error(line, "--at: %s: must be a date, such as "
		    "2026-11-01, \"2026-11-01 03:00\", @SECONDS, yesterday or "
		    "\"3 days ago\"", optarg);
	else
		*at = range.to;
	*is_given = true;
}

void
command_line_trust(struct command_line *line, struct trust *trust)
{
	if (!trust_allow(trust, optarg))
		command_line_error(line, "--trust: %s: %s", optarg,
		    strerror(errno));
}

enum report_level
command_line_verbosity(bool is_quiet, bool is_verbose)
{
	return is_verbose ? REPORT_VERBOSE : is_quiet ? REPORT_QUIET :
	    REPORT_NORMAL;
}
