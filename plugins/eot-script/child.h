/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * child.h - run the command and process its output
 *
 * Its standard output and error are logged line by line.  What it writes to
 * descriptor 3 names the next medium.  It inherits no other descriptors.
 */
#ifndef EOT_SCRIPT_CHILD_H
#define EOT_SCRIPT_CHILD_H

#include "dumpengine/plugin.h"

struct child_config {			/* all borrowed */
	const struct de_host *host;
	const char *command;
	const char *user;		/* NULL: the current user */
	const char *const *environment;	/* terminated by NULL */
	int64_t timeout;		/* seconds; 0: none */
	const struct de_volume_end *end;	/* NULL: a volume is wanted, */
	const struct de_volume_wanted *wanted;	/* this one */
	bool checks;			/* no volume has ended: check only */
};

struct child_result {
	int wait_status;		/* as of waitpid() */
	bool timed_out;			/* and killed */
};

/*
 * Run the command until it ends.  `medium` receives the first line that it
 * wrote to descriptor 3.  False after reporting why it could not be run.
 */
bool child_run(const struct child_config *config, char *medium,
    size_t medium_size, struct child_result *result);

#endif
