/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * command.h - run a command of the configuration, hear what it says
 *
 * /bin/sh runs it in a process group of its own, with nothing open but the
 * standard descriptors: its input is empty, its output goes to the messages
 * line by line.
 *
 * For the supervisor: the caller must have no threads.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/base/report.h"
#include "core/base/signals.h"
#include "core/base/trust.h"

struct command {			/* all borrowed */
	const char *name;		/* for messages: "snapshot.create" */
	const char *text;		/* for /bin/sh -c */
	const char *const *environment;	/* "NAME=VALUE", NULL at the end: added
					   to that of environment.h */
	const struct trust *trust;	/* of its programs; NULL: of all */
	int64_t limit;			/* seconds; then it is killed */
	const struct signals *signals;	/* that end it; NULL: none does */
	struct report *rep;
};

/*
 * Run it, unless others could have written what it runs, and wait for its end,
 * or kill its process group.  True if its exit
 * status is 0; false after reporting what happened.
 */
bool command_run(const struct command *c);

/*
 * Run nothing of it, but see whether the program is there that it begins with.
 * True also if only the shell could tell which that is; false after reporting
 * what is missing.
 */
bool command_check(const struct command *c);

#endif
