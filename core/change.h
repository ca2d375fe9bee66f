/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * change.h - what happens between two volumes, or before one is tried again
 *
 * Asks the EOT handler, and the operator through the supervisor, in the order
 * that dump(8) does.  Runs in the process that will be, or is, the checkpoint
 * of the next volume.
 */
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "core/instance.h"
#include "core/message.h"

struct change {			/* all borrowed */
	const struct instance *output;
	const struct instance *eot;	/* NULL: there is none */
	struct report *rep;
	int channel;			/* to the supervisor */
	unsigned int rewrite_attempts;
	bool cannot_rewrite;		/* the volume is on a pipe */
	char medium[DE_MEDIUM_BYTES];	/* for the next volume; "": as set */
};

/*
 * A volume has ended well, `next` comes.  EXIT_COMPLETE: it can be begun;
 * EXIT_ABORTED or EXIT_NO_OPERATOR: it cannot.
 */
enum exit_status change_medium(struct change *c,
    const struct de_volume_end *end, const struct de_volume *next);

/* The last volume has ended well: just tell the handler. */
void change_at_end(struct change *c, const struct de_volume_end *end);

/*
 * Is what such a writer ended with one of the failures that are counted?  Not
 * one that ended its volume early, or whose output has seen to it itself.
 */
bool change_counts(int wait_status);

/*
 * Volume end->volume was not written, for the `attempt`th time (the first is
 * 1); `wait_status` of its writer.  EXIT_COMPLETE: try again; otherwise the
 * exit status of the dump.
 */
enum exit_status change_after_failure(struct change *c,
    const struct de_volume_end *end, int wait_status, unsigned int attempt);

#endif
