/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * command.h - runs a command from the configuration
 *
 * /bin/sh runs it in its own process group, with only the standard descriptors
 * open: its input is empty, its output is logged line by line.
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
	const char *const *environment;	/* "NAME=VALUE", NULL-terminated; added
					   to that of environment.h */
	const struct trust *trust;	/* of its programs; NULL: trust all */
	int64_t limit;			/* timeout in seconds */
	const struct signals *signals;	/* cancel and interrupt kill it; NULL:
					   neither does */
	struct report *rep;
};

/*
 * Run the command, unless `trust` refuses it, and wait for it; kill its process
 * group after the limit or on a signal.  True if it exits with status 0; false
 * after reporting what happened.
 */
bool command_run(const struct command *c);

/*
 * Check, without running the command, that its first program exists.  True also
 * if only the shell could tell which program that is; false after reporting
 * what is missing.
 */
bool command_check(const struct command *c);

#endif
