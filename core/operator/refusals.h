/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * refusals.h - counts media that were refused for a volume
 *
 * An EOT handler may have any number of media to try, so refusing one does not
 * count as an attempt at the volume.  It does count if the same medium comes
 * back, or if another medium could not help; otherwise a handler that does
 * nothing would loop for ever.
 */
#ifndef CORE_REFUSALS_H
#define CORE_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

#define REFUSALS_MAX 1000	/* in a row; any more count as attempts */

struct refusals {
	uint32_t count;			/* in a row */
	uint32_t unmarked;		/* of these, without a mark */
	enum de_failure last;
	uint64_t marks[REFUSALS_MAX];	/* of the rest; see de_medium.mark */
};

/* Start again at 0: a volume was begun, or the operator intervened. */
void refusals_forget(struct refusals *r);

/*
 * Count a refusal for that reason; `mark` is as in de_medium.  Returns whether
 * it counts as an attempt at the volume.
 */
bool refusals_note(struct refusals *r, enum de_failure failure,
    uint64_t mark);

/* The reason as text, for messages about the volume; static. */
const char *refusals_text(enum de_failure failure);

#endif
