/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * progress.h - how far a dump is, and when it will be done
 *
 * One line below the messages on a terminal, once a second; without a
 * terminal a message every five minutes, as dump(8) has them.
 */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include <stdint.h>

#include "core/base/report.h"

struct progress {
	struct report *rep;	/* borrowed */
	uint64_t estimate;	/* tape blocks of the whole dump */
	uint64_t started;	/* clock_ns() */
	uint64_t shown;		/* clock_ns() when it was last told */
};

/* Begin now. */
void progress_begin(struct progress *p, struct report *rep,
    uint64_t estimate);

/* Tell, if it is time to. */
void progress_show(struct progress *p, uint64_t tape_blocks);

/* Wipe the line. */
void progress_end(struct progress *p);

#define PROGRESS_TEXT_BYTES 128

/* "45.23% done at 12.1 MiB/s, finished in 0:12" */
void progress_format(const struct progress *p, uint64_t tape_blocks,
    uint64_t now, char text[static PROGRESS_TEXT_BYTES]);

#endif
