/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_mount.h - a volume is not there: who can bring it
 *
 * A script, the EOT handler of the job, or the operator, who is told which medium
 * it is if the catalogue knows it.
 */
#ifndef CORE_RESTORE_MOUNT_H
#define CORE_RESTORE_MOUNT_H

#include "core/run/restore_own.h"

struct instance;
struct restore_source;

#define RESTORE_TYPED_BYTES 4096	/* of a name that the operator types */

struct restore_mount {			/* borrowed, but for the handler */
	struct restore *r;
	const char *job;		/* "" if unknown */
	const char *name;		/* of the medium, in messages */
	const struct restore_source *source;	/* NULL: not known */
	bool is_drive;
	char typed[RESTORE_TYPED_BYTES];	/* where the volume last asked
						   for is; "": as before */
	uint32_t scripted;		/* the script was run for this volume */
	struct instance *handler;	/* owned; NULL: none, or not made yet */
	bool has_no_handler;
};

/* Free what it owns. */
void restore_mount_end(struct restore_mount *m);

/*
 * Volume `number` cannot be read, for the reason `why`.  VERDICT_GO_ON: try
 * again, where m->typed says, or, if *skip is set, do without it.
 */
enum verdict restore_mount_want(struct restore_mount *m, uint32_t number,
    const char *why, bool *skip);

#endif
