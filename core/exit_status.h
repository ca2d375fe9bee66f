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
	EXIT_ABORTED = 3
};

#endif
