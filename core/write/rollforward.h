/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rollforward.h - move what is not on the medium to the next volume
 *
 * At the end of a volume, tape blocks that were filled but not written move on:
 * none is lost or duplicated, and they keep their order.
 */
#ifndef CORE_ROLLFORWARD_H
#define CORE_ROLLFORWARD_H

#include "core/ring/backlog.h"

/* Tags of the tape blocks in the ring. */
enum rollforward_tag {
	ROLLFORWARD_HEADER = BACKLOG_HEADER,
	ROLLFORWARD_DATA = BACKLOG_DATA,
	ROLLFORWARD_END = BACKLOG_END,
	ROLLFORWARD_STAYS	/* dropped: of this volume only */
};

/*
 * Put what is in the stopped ring but not on the medium at the front of
 * `backlog`.  Returns false if out of memory.
 */
bool rollforward(const struct ring *ring, struct backlog *backlog);

#endif
