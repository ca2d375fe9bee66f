/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_check.h - was a set read as it was written?  Its index tells
 *
 * Asked once all of the set has been read, so that the index need not be looked
 * for on a medium that comes later; a drive is where it is by then.  Costs the
 * buffers of a set being read, whatever the size of the index.
 */
#ifndef CORE_COPY_CHECK_H
#define CORE_COPY_CHECK_H

#include <jansson.h>

#include "core/read/pieces.h"
#include "core/read/set.h"
#include "core/run/restore_medium.h"

struct copy_check {		/* everything is borrowed */
	const struct restore_medium *medium;	/* nothing of it is open */
	const struct pieces *pieces;	/* of what was read; it has ended */
	const struct set_identity *identity;
	uint32_t end_volume;		/* has the end of the stream, */
	bool has_index;			/*   which says so */
	uint32_t record_size;		/* bytes; 0: unknown */
	struct report *rep;
	const atomic_int *cancelled;
};

enum copy_check_result {
	COPY_CHECK_WHOLE,
	COPY_CHECK_UNKNOWN,	/* the index is missing or damaged: reported */
	COPY_CHECK_DAMAGED,	/* the set is; all of it is reported */
	COPY_CHECK_FAILED	/* out of memory (reported), or cancelled */
};

/*
 * *about becomes what the index says of the dump, to be released by the caller;
 * NULL if there is none.
 */
enum copy_check_result copy_check(const struct copy_check *check,
    json_t **about);

#endif
