/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape_place.h - where a tape on another host is, while a volume is read
 *
 * rmt does not tell positions.  So the records that the drive has passed are
 * counted from where the volume begins, and what is not known any more is
 * counted again from there.
 */
#ifndef OUT_RMT_TAPE_PLACE_H
#define OUT_RMT_TAPE_PLACE_H

#include "remote.h"

struct tape_place {
	struct remote *remote;		/* borrowed */
	uint64_t passed;		/* records before the drive */
	bool is_behind;			/* the file mark that ends the volume */
	bool is_adrift;			/* `passed` is not known */
};

/* The drive is at the beginning of the volume. */
void tape_place_begin(struct tape_place *p, struct remote *remote);

/* A record was read: `bytes` of it, or 0 for the file mark. */
void tape_place_read(struct tape_place *p, uint64_t bytes);

/* A record could not be read. */
void tape_place_lose(struct tape_place *p);

/*
 * Go to a record of the volume, counted from 0; no request is in flight.  Beyond
 * its end, p->is_behind is set.  False after reporting why; the place is not
 * known then.
 */
bool tape_place_go_to(struct tape_place *p, uint64_t record);

/*
 * Go so many records back from the file mark that ends the volume.  `passed` is
 * not known then.  False without a report.
 */
bool tape_place_go_to_last(struct tape_place *p, uint64_t back);

/*
 * Go back to the beginning of the file of the tape in which the drive is, or
 * whose file mark it has just passed.  False after reporting why.
 */
bool tape_place_go_back(struct remote *remote, bool is_behind);

/* Go to a file of the tape, counted from 0.  Like tape_place_go_back(). */
bool tape_place_go_to_file(struct remote *remote, uint32_t file);

#endif
