/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ready.h - open a drive that holds a writable tape, or one to be read
 *
 * Waits until it is ready, and tells the operator what to do if it will not be.
 */
#ifndef OUT_TAPE_READY_H
#define OUT_TAPE_READY_H

#include "drive.h"

/* Requirements for a drive. */
struct ready_wish {
	bool no_rewind;		/* the tape must not move on close */
	bool is_read;		/* reading is all that is wanted */
	int64_t wait_ready;	/* seconds to wait until ready */
};

/*
 * Can it be opened, and does it hold a tape, writable unless wish->is_read?
 * Moves nothing.   DE_OK,
 * or DE_FAILED after telling the operator what to do.
 */
enum de_status ready_look(struct drive *d, const char *name,
    const struct ready_wish *wish);

/* The same, but keep it open, for writing as well unless wish->is_read. */
enum de_status ready_open(struct drive *d, const char *name,
    const struct ready_wish *wish);

#endif
