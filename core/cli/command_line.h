/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * command_line.h - what the command lines of all programs have in common
 *
 * Each program reads its own with getopt_long(3).  The value of the option at
 * hand is where that leaves it, in `optarg`; a text that is taken points into
 * argv.  What is wrong is printed to standard error, as the reports have yet to
 * be set up, and remembered.  One thread.
 */
#ifndef CORE_COMMAND_LINE_H
#define CORE_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/trust.h"

struct command_line {
	const char *program;		/* begins each message; borrowed */
	bool failed;			/* something is wrong, and was said */
};

/* Say what is wrong, without the name of the program and a newline. */
__attribute__((format(printf, 2, 3)))
void command_line_error(struct command_line *line, const char *format, ...);

/*
 * Take a text that may be given once, and not be empty.  *text is NULL until
 * then; `name` is the option, for messages.
 */
void command_line_text(struct command_line *line, const char *name,
    const char **text);

/* Returns an integer from `least` to `most`; 0 after an error. */
uint64_t command_line_number(struct command_line *line, const char *name,
    int64_t least, int64_t most);

/*
 * Take the date of --at, once, to seconds since 1970; *is_given becomes true.
 * Without a time of day it is the end of that day: what was dumped on it counts.
 */
void command_line_at(struct command_line *line, bool *is_given, int64_t *at);

/* Take the file of --trust. */
void command_line_trust(struct command_line *line, struct trust *trust);

enum report_level command_line_verbosity(bool is_quiet, bool is_verbose);

#endif
