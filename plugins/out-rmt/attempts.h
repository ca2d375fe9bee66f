/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * attempts.h - an instance of the plugin, and its attempts to write a volume
 */
#ifndef OUT_RMT_ATTEMPTS_H
#define OUT_RMT_ATTEMPTS_H

#include "../common/keep.h"
#include "remote.h"
#include "window.h"

/* out_rmt.shared->limit: the medium is to say where the volume ends. */
#define NO_LIMIT UINT64_MAX

#define CLEARED_BYTES 4200

/* What every process of a dump sees: also the next one to write a volume. */
struct shared {
	uint32_t volume;
	uint64_t limit;		/* records that it is to have */
	int64_t losses;		/* connections lost while it was written */
	bool was_connected;	/* rmt has answered in this run */
	char cleared[CLEARED_BYTES];	/* name of the target that may be
					   emptied for it */
};

enum tape_option { TAPE_AUTO, TAPE_YES, TAPE_NO };

struct out_rmt {
	const struct de_host *host;	/* borrowed */
	const char *const *targets;	/* borrowed; option "target" */
	size_t target_count;		/* 1 or more */
	const char *environment_rsh;	/* of RSH; what `rsh` may point to */
	int64_t window_option;		/* records; 0: by their size */
	int64_t reconnect_attempts;
	enum tape_option tape;
	bool rewind, eject;
	struct keep_wish wish;		/* options, and the time */
	struct shared *shared;		/* owned; shared memory */
	char **written;			/* owned; names of files of this run */
	size_t written_count;

	uint32_t volume;		/* that is open */
	struct remote remote;
	bool is_tape;			/* the one opened last */
	struct window window;
	uint64_t window_length;		/* records */
	bool ended;			/* the medium is full, all is in order */
	bool failed;			/* and that is reported */
	bool may_retry;			/* the failure may be over */
	enum de_failure refusal;	/* of what the medium holds; else OTHER */
	uint64_t mark;			/* of that; see de_medium.mark */
	int failure;			/* error number of it; 0: none there */

	bool reading;			/* back, that is */
	bool read_all;
	uint64_t reads_open;		/* requests on their way */
	uint64_t reads_sent;
	size_t read_room;		/* that they ask for, bytes */
	uint64_t read_bytes;		/* that came back */
};

/*
 * The connection or the medium has failed.  Whether another attempt makes
 * sense is decided here, once for each attempt to write a volume.
 * Returns DE_FAILED.
 */
enum de_status out_rmt_fail(struct out_rmt *r);

#endif
