/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * child.h - run the command, hear what it says
 *
 * Its output goes to the log line by line.  What it writes to descriptor 3
 * names the next medium.  It inherits nothing but the standard descriptors.
 */
#ifndef EOT_SCRIPT_CHILD_H
#define EOT_SCRIPT_CHILD_H

#include "dumpengine/plugin.h"

struct child_config {			/* all borrowed */
	const struct de_host *host;
	const char *command;
	const char *user;		/* NULL: as we are */
	const char *const *environment;	/* NULL at the end */
	int64_t timeout;		/* seconds; 0: none */
	const struct de_volume_end *end;
	bool checks;			/* no volume has ended: it is asked whether
					   it could do its work */
};

struct child_result {
	int wait_status;		/* as of waitpid() */
	bool timed_out;			/* and killed */
};

/*
 * Run it to its end.  `medium` is the first line it wrote to descriptor 3.
 * Returns false after reporting why it could not be run.
 */
bool child_run(const struct child_config *config, char *medium,
    size_t medium_size, struct child_result *result);

#endif
