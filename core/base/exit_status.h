/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exit_status.h - how a run ended, for scripts (dumpengine(8), EXIT STATUS)
 *
 * In ascending order of severity: a run of several jobs reports the largest.
 * How a volume's process ended is an enum writer_ending (core/volume/), and
 * whether a dump may go on is an enum verdict (core/base/).
 */
#ifndef CORE_EXIT_STATUS_H
#define CORE_EXIT_STATUS_H

enum exit_status {
	STATUS_COMPLETE = 0,
	STATUS_NOT_STARTED = 1,	/* usage, configuration, plugin, device */
	STATUS_INCOMPLETE = 2,	/* items are missing; each is reported */
	STATUS_ABORTED = 3,
	STATUS_NO_OPERATOR = 4,	/* an operator was needed */
	STATUS_BAD_VOLUME = 5	/* verification failed on every attempt */
};

/* "an operator was needed, but none was available" */
const char *exit_status_text(enum exit_status status);

#endif
