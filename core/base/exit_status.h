/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exit_status.h - how a run ended, for scripts (dumpengine(8), EXIT STATUS)
 *
 * In the order of what a run of several jobs reports: the largest.  How the
 * process of a volume ended is an enum writer_ending (core/volume/), and what a
 * function found about going on is an enum verdict (core/base/).
 */
#ifndef CORE_EXIT_STATUS_H
#define CORE_EXIT_STATUS_H

enum exit_status {
	STATUS_COMPLETE = 0,
	STATUS_NOT_STARTED = 1,	/* usage, configuration, plugin, device */
	STATUS_INCOMPLETE = 2,	/* something is not in a dump; it is named */
	STATUS_ABORTED = 3,
	STATUS_NO_OPERATOR = 4,	/* one was needed */
	STATUS_BAD_VOLUME = 5	/* it failed its verification for good */
};

/* "an operator was needed, and there is none" */
const char *exit_status_text(enum exit_status status);

#endif
