/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * media_change.h - what happens between two volumes, or before another attempt
 *
 * Asks the EOT handler, and the operator through the supervisor, in the order
 * that dump(8) does.  Runs in the process that will be, or is, the checkpoint
 * of the next volume.
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
	struct instance *eot;	/* NULL: there is none */
	struct places *places;	/* that no volume may go to */
	struct report *rep;
	int channel;			/* to the supervisor */
	unsigned int rewrite_attempts;
	char medium[DE_MEDIUM_BYTES];	/* for the next volume; "": as set */

	/* Of the volume that is being written: */
	unsigned int attempt;		/* the first is 1 */
	struct refusals refusals;
};

/* How a writer ended. */
struct media_change_failure {
	pid_t pid;			/* of the writer */
	int wait_status;		/* as waitpid() gives it */
	bool is_once;			/* the volume is on a pipe */
	bool begun;			/* at this attempt or before */
	uint64_t mark;			/* see de_medium */
};

/* A volume is to be written for the first time. */
void media_change_begin_volume(struct media_change *c);

/*
 * A volume has ended well, `next` comes.  VERDICT_GO_ON: it can be begun;
 * VERDICT_ABORT or VERDICT_NO_OPERATOR: it cannot.
 */
enum verdict media_change_next(struct media_change *c,
    const struct de_volume_end *end, const struct de_volume *next);

/* The last volume has ended well: just tell the handler. */
void media_change_at_end(struct media_change *c,
    const struct de_volume_end *end);

/*
 * Volume end->volume was not written; end->refused is filled in here.
 * VERDICT_GO_ON: try again; otherwise the dump ends with it.
 */
enum verdict media_change_after_failure(struct media_change *c,
    struct de_volume_end *end, const struct media_change_failure *failure);

#endif
