/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * writer_ending.h - how the process that writes a volume ended
 *
 * Its parent, the checkpoint, learns from its exit status whether and how to
 * write the volume again.
 */
#ifndef CORE_WRITER_ENDING_H
#define CORE_WRITER_ENDING_H

#include "core/base/exit_status.h"

enum writer_ending {
	WRITER_DIED = -1,		/* killed, or exited unexpectedly */
	WRITER_DUMP_ENDED = 0,		/* the dump ended with the process */
	/* The volume needs rewriting; values above every exit_status: */
	WRITER_WRITE_FAILED = 100,
	WRITER_VERIFY_FAILED = 101,
	WRITER_OPEN_FAILED = 102,
	WRITER_TOO_SMALL = 103,		/* the medium holds too little */
	WRITER_CUT_SHORT = 104,		/* the volume must end earlier */
	WRITER_RETRY = 105,		/* the output asked for it */
	WRITER_CUT_BACK = 106		/* it must end earlier, as it cannot be
					   taken back what its filters have
					   written too much */
};

/*
 * The exit code for an ending; `status` is that of the dump, used with
 * WRITER_DUMP_ENDED only.
 */
int writer_exit_code(enum writer_ending ending, enum exit_status status);

/*
 * The ending for an exit code of a writer that did not report its volume safe:
 * so 0 means WRITER_DIED, as does any code that no writer uses.  Sets *status
 * with WRITER_DUMP_ENDED only.
 */
enum writer_ending writer_ending_of(int exit_code, enum exit_status *status);

#endif
