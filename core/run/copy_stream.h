/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_stream.h - a set, block by block, to a tape
 *
 * Headers are looked at, to know what follows them and that nothing is missing,
 * and stamped anew by the tape; nothing else is changed.  What depends on the
 * volumes is left out, and made anew by the tape: their headers, what fills the
 * last record, and the index.
 *
 * Main thread only.
 */
#ifndef CORE_COPY_STREAM_H
#define CORE_COPY_STREAM_H

#include "core/read/blocks.h"
#include "core/write/tape.h"

struct copy_stream {
	struct blocks *blocks;		/* borrowed, as all here */
	struct tape *tape;
	struct report *rep;
	const char *name;		/* of the set, for messages */
	uint32_t blocking;		/* of the copy, */
	bool is_compressed;		/*   likewise */

	/* The rest is zero at first. */
	uint64_t data_left;		/* blocks until the next header */
	uint32_t inode;			/* of the last one */
	bool in_attributes;		/* of that inode */
	bool is_behind_end;		/* large attributes come */
	bool is_counted;		/* it numbers its blocks */
	bool has_index;			/* its end says so */
	enum verdict verdict;		/* how the run ends if it has failed */
	bool is_damaged;		/* that is why */
};

/*
 * Put everything up to the end of the stream, which tape_finish() puts.  DE_OK;
 * or DE_FAILED: the tape is done, or, after a report, s->verdict says how the
 * run ends.
 */
enum de_status copy_stream_put(struct copy_stream *s);

/*
 * Say what is wrong with the set at a place, and what to do.  `what` is such as
 * "it cannot be read".
 */
void copy_stream_tell_damage(struct report *rep, const char *name,
    uint32_t volume, uint64_t from, uint64_t to, const char *what);

#endif
