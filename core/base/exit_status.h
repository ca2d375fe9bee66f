/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exit_status.h - how a run ended, for scripts (dumpengine(8), EXIT STATUS)
 *
 * In the order of what a run of several jobs reports: the largest.
 */
#ifndef CORE_EXIT_STATUS_H
#define CORE_EXIT_STATUS_H

enum exit_status {
	EXIT_COMPLETE = 0,
	EXIT_NOT_STARTED = 1,	/* usage, configuration, plugin, device */
	EXIT_INCOMPLETE = 2,	/* something is not in a dump; it is named */
	EXIT_ABORTED = 3,
	EXIT_NO_OPERATOR = 4,	/* one was needed */
	EXIT_BAD_VOLUME = 5,	/* it failed its verification for good */

	/* Of the process that writes a volume, for its checkpoint alone. */
	EXIT_WRITE_FAILED = 100,	/* write it again */
	EXIT_VERIFY_FAILED = 101,	/* write it again */
	EXIT_OPEN_FAILED = 102,		/* it could not be begun */
	EXIT_TOO_SMALL = 103,		/* the medium does not hold enough */
	EXIT_CUT_SHORT = 104,		/* write it again, but less on it */
	EXIT_RETRY = 105		/* write it again; the output says so */
};

/* "an operator was needed, and there is none" */
const char *exit_status_text(enum exit_status status);

#endif
