/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * command.h - run a command from the configuration and process its output
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
	const char *const *environment;	/* "NAME=VALUE", terminated by NULL:
					   added to environment.h's */
	const struct trust *trust;	/* of its programs; NULL: trust all */
	int64_t limit;			/* timeout in seconds */
	const struct signals *signals;	/* abort it; NULL: none does */
	struct report *rep;
};

/*
 * Run it and wait for its end, unless others could have written the programs
 * that it runs; kill its process group when it is aborted or takes too long.
 * True if its exit status is 0; false after reporting what happened.
 */
bool command_run(const struct command *c);

/*
 * Without running it, check that the program it begins with exists.  True also
 * if only the shell could tell which that is; false after reporting what is
 * missing.
 */
bool command_check(const struct command *c);

#endif
