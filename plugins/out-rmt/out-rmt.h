/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-rmt.h - an instance of the plugin, for its own files
 */
#ifndef OUT_RMT_H
#define OUT_RMT_H

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

/*
 * earlier.c: may what the target holds be overwritten by the volume?  `for_good`:
 * it will be, so that nothing builds on it any more.  Leaves a connection that
 * has nothing open, and a tape where the volume begins.  False after reporting
 * why not; r->refusal is the reason, if it is what the target holds.
 */
bool out_rmt_let_go(struct out_rmt *r, const struct de_volume *volume,
    bool for_good);

/* Callbacks; see plugin.h.  write.c */
enum de_status out_rmt_write(void *self, const void *record, size_t length);
uint64_t out_rmt_settled(void *self);
enum de_status out_rmt_settle(void *self);

/* Until no record is on its way.  False after reporting why. */
bool out_rmt_drain(struct out_rmt *r);

/* readback.c */
enum de_status out_rmt_begin_readback(void *self);
enum de_status out_rmt_read_back(void *self, void *buffer, size_t room,
    size_t *length);

/* Take the answers to what was not read any more. */
bool out_rmt_end_readback(struct out_rmt *r);

#endif
