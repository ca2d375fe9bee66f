/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * writer_ending.h - how the process that writes a volume ends
 *
 * Its checkpoint is its parent, and learns by its exit status whether, and
 * how, the volume is written again.
 */
#ifndef CORE_WRITER_ENDING_H
#define CORE_WRITER_ENDING_H

#include "core/base/exit_status.h"

enum writer_ending {
	WRITER_DIED = -1,		/* by a signal, in a plugin, or unasked */
	WRITER_DUMP_ENDED = 0,		/* the dump, with this process */
	/* The volume is to be written again; above every exit_status: */
	WRITER_WRITE_FAILED = 100,
	WRITER_VERIFY_FAILED = 101,
	WRITER_OPEN_FAILED = 102,	/* it could not be begun */
	WRITER_TOO_SMALL = 103,		/* the medium does not hold enough */
	WRITER_CUT_SHORT = 104,		/* less is to be on it */
	WRITER_RETRY = 105		/* the output says so */
};

/*
 * What such a process ends with: `status` is that of the dump, for
 * WRITER_DUMP_ENDED alone.
 */
int writer_exit_code(enum writer_ending ending, enum exit_status status);

/*
 * The other way round, of one that has not said that its volume is safe: so 0
 * is WRITER_DIED, as is what no writer ends with.  *status is set for
 * WRITER_DUMP_ENDED alone.
 */
enum writer_ending writer_ending_of(int exit_code, enum exit_status *status);

#endif
