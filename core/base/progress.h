/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * progress.h - the progress of a dump, and when it will be finished
 *
 * On a terminal, one line below the messages, once a second; otherwise a
 * message every five minutes, as by dump(8).
 */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include <stdint.h>

#include "core/base/report.h"

struct progress {
	struct report *rep;	/* borrowed */
	uint64_t estimate;	/* tape blocks of the whole dump */
	uint64_t started;	/* clock_ns() */
	uint64_t shown;		/* clock_ns() of the last display */
};

/* Start now. */
void progress_begin(struct progress *p, struct report *rep,
    uint64_t estimate);

/* Show the progress if it is due. */
void progress_show(struct progress *p, uint64_t tape_blocks);

/* Clear the line. */
void progress_end(struct progress *p);

#define PROGRESS_TEXT_BYTES 128

/* "45.23% done at 12.1 MiB/s, finished in 0:12" */
void progress_format(const struct progress *p, uint64_t tape_blocks,
    uint64_t now, char text[static PROGRESS_TEXT_BYTES]);

#endif
