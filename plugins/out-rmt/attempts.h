/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * attempts.h - an instance of the plugin, and its attempts to write a volume
 */
#ifndef OUT_RMT_ATTEMPTS_H
#define OUT_RMT_ATTEMPTS_H

#include "../common/keep.h"
#include "fetch.h"
#include "remote.h"
#include "tape_place.h"
#include "window.h"

/* For out_rmt.shared->limit: the medium decides where the volume ends. */
#define NO_LIMIT UINT64_MAX

#define CLEARED_BYTES 4200

/* Shared by all processes of a dump, including the next to write a volume. */
struct shared {
	uint32_t volume;
	uint64_t limit;			/* records it should have */
	int64_t losses;			/* connections lost while writing it */
	bool was_connected;		/* rmt has answered in this run */
	bool tells_nothing;		/* it ended when asked for a file */
	int64_t return_to;		/* the file of the tape, from 1, where
					   the volume is to begin again; 0: not
					   known, or the tape is there */
	char cleared[CLEARED_BYTES];	/* the target that may be emptied for
					   it */
};

enum tape_option { TAPE_AUTO, TAPE_YES, TAPE_NO };

struct out_rmt {
	const struct de_host *host;	/* borrowed */
	const char *const *targets;	/* borrowed; option "target" */
	size_t target_count;		/* 1 or more */
	const char *environment_rsh;	/* the value of RSH; `rsh` may use it */
	int64_t window_option;		/* records; 0: by their size */
	int64_t reconnect_attempts;
	enum tape_option tape;
	bool rewind, eject;
	struct keep_wish wish;		/* options, and the time */
	struct shared *shared;		/* owned; shared memory */
	char **written;			/* owned; the files of this run */
	size_t written_count;

	uint32_t volume;		/* the open one */
	struct remote remote;
	bool is_tape;			/* the target opened last */
	int64_t tape_file;		/* where the open volume begins; -1:
					   not known */
	struct window window;
	uint64_t window_length;		/* records */
	bool ended;			/* the medium is full, all is well */
	bool failed;			/* and reported */
	bool may_retry;			/* the failure may be transient */
	enum de_failure refusal;	/* what the medium holds; else OTHER */
	uint64_t mark;			/* of its contents; see de_medium */
	int failure;			/* remote error number; 0: none */

	bool reading;			/* the volume is being read back */
	bool read_all;
	uint64_t reads_open;		/* requests in flight */
	uint64_t reads_sent;
	size_t read_room;		/* bytes per request */
	uint64_t read_bytes;		/* received */

	struct fetch *fetch;		/* owned; the volume open for reading */
	uint32_t read_volume;		/* the one opened last; 0: none */
	struct tape_place place;	/* while it is read, and after */
};

/* Can it be written again, on the same medium? */
bool out_rmt_is_repeatable(const struct out_rmt *r);

/*
 * The connection or the medium has failed.  Decides, once for each attempt to
 * write a volume, whether to retry.  Returns DE_FAILED.
 */
enum de_status out_rmt_fail(struct out_rmt *r);

#endif
