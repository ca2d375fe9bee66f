/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * media_change.h - what happens between volumes and between attempts
 *
 * Asks the EOT handler, or the operator through the supervisor, with the
 * questions of dump(8).  Runs in the process that is, or will be, the
 * checkpoint of the next volume.
 */
#ifndef CORE_MEDIA_CHANGE_H
#define CORE_MEDIA_CHANGE_H

#include "core/base/verdict.h"
#include "core/host/instance.h"
#include "core/operator/message.h"
#include "core/operator/refusals.h"
#include "core/volume/places.h"

struct media_change {			/* all borrowed */
	const struct instance *output;
	struct instance *eot;	/* NULL: none */
	struct places *places;	/* that no volume may overwrite */
	struct report *rep;
	int channel;			/* to the supervisor */
	unsigned int rewrite_attempts;
	char medium[DE_MEDIUM_BYTES];	/* for the next volume; "": as set */

	/* Of the volume being written: */
	unsigned int attempt;		/* counts from 1 */
	struct refusals refusals;
};

/* How a writer ended. */
struct media_change_failure {
	pid_t pid;			/* of the writer */
	int wait_status;		/* from waitpid() */
	bool is_once;			/* the volume is on a pipe */
	bool begun;			/* in this attempt or an earlier one */
	uint64_t mark;			/* see de_medium */
};

/* Start counting attempts at a new volume. */
void media_change_begin_volume(struct media_change *c);

/*
 * A volume has ended successfully; arrange for `next`.  VERDICT_GO_ON: begin
 * it; VERDICT_ABORT or VERDICT_NO_OPERATOR: end the dump.
 */
enum verdict media_change_next(struct media_change *c,
    const struct de_volume_end *end, const struct de_volume *next);

/* Notify the handler that the last volume has ended successfully. */
void media_change_at_end(struct media_change *c,
    const struct de_volume_end *end);

/*
 * Decide what to do about volume end->volume, which failed; fills in
 * end->refused.  VERDICT_GO_ON: retry; any other verdict ends the dump.
 */
enum verdict media_change_after_failure(struct media_change *c,
    struct de_volume_end *end, const struct media_change_failure *failure);

#endif
