/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * refusals.h - media that were refused for a volume, one after the other
 *
 * An EOT handler may have any number of media to try, so a medium that is
 * refused is no attempt at the volume.  One that comes a second time is, and
 * so is what another medium would not help with: a handler that does nothing
 * would go on for ever.
 */
#ifndef CORE_REFUSALS_H
#define CORE_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

#define REFUSALS_MAX 1000	/* in a row; one more counts */

struct refusals {
	uint32_t count;			/* in a row */
	uint32_t unmarked;		/* of these, that look like any other */
	enum de_failure last;
	uint64_t marks[REFUSALS_MAX];	/* of the others; see de_medium.mark */
};

/* A volume was begun, or somebody has seen to it: none was refused. */
void refusals_forget(struct refusals *r);

/*
 * One more was, for that reason; `mark` as in de_medium.  Returns whether it
 * counts as an attempt at the volume.
 */
bool refusals_note(struct refusals *r, enum de_failure failure,
    uint64_t mark);

/* Why, as a sentence about "the medium" or "it"; static. */
const char *refusals_text(enum de_failure failure);

#endif
