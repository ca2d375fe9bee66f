/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rollforward.h - what is filled but not on the medium goes to the next volume
 *
 * At the end of a volume: none of it is lost, none comes twice, and it keeps
 * its order.
 */
#ifndef CORE_ROLLFORWARD_H
#define CORE_ROLLFORWARD_H

#include "core/ring/backlog.h"

/* Tags of the tape blocks in the ring. */
enum rollforward_tag {
	ROLLFORWARD_HEADER = BACKLOG_HEADER,
	ROLLFORWARD_DATA = BACKLOG_DATA,
	ROLLFORWARD_STAYS	/* of this volume alone, or made again: it is
				   left behind */
};

/*
 * The ring is stopped: put in front of `backlog` what was put into it but is
 * not on the medium.  Returns false if out of memory.
 */
bool rollforward(const struct ring *ring, struct backlog *backlog);

#endif
