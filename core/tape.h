/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape.h - the tape that the stream is written on
 *
 * Takes the stream block by block, numbers it, and lays it on a volume
 * through the ring: opens the volume, puts its header in front, fills up
 * the last record, closes it and says how long all that took.
 *
 * Main thread only.
 */
#ifndef CORE_TAPE_H
#define CORE_TAPE_H

#include "core/header.h"
#include "core/progress.h"
#include "core/ring.h"
#include "core/source.h"

struct tape;

struct tape_config {
	const struct instance *output;		/* borrowed, as all here */
	const struct source *source;
	const struct header_template *header;
	struct progress *progress;
	struct report *rep;
	const volatile sig_atomic_t *cancelled;
	const char *job;
	const char *label;
	uint32_t level;
	int64_t date;
	unsigned int slaves;
	unsigned int blocking;
};

/* Open the first volume.  Returns NULL after reporting why. */
struct tape *tape_open(const struct tape_config *config);

/*
 * Put a header, one tape block of data, or data that is in the source; the
 * blocks are the caller's.  DE_OK; DE_FAILED when the dump cannot go on, which
 * tape_close() reports.
 */
enum de_status tape_put_header(struct tape *tape,
    uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_data(struct tape *tape,
    const uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_extent(struct tape *tape,
    const struct ring_extent *extent);

/*
 * Fill the last record with the end of the stream, wait until all is written,
 * and make the volume final.  Reports why if it fails.  Frees `tape`.
 */
enum de_status tape_close(struct tape *tape, uint32_t max_inode);

/* Give up: what is written so far becomes nothing.  Reports why.  Frees it. */
void tape_abort(struct tape *tape);

#endif
