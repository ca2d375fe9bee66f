/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape_own.h - the tape, for the files that make it up
 *
 * tape.c puts the stream on volumes; tape_index.c puts the index behind it.
 */
#ifndef CORE_TAPE_OWN_H
#define CORE_TAPE_OWN_H

#include "core/ring/backlog.h"
#include "core/write/cut.h"
#include "core/write/indexer.h"
#include "core/write/tape_config.h"
#include "core/write/writer.h"

struct tape {
	struct tape_config config;
	struct cut cut;			/* of the current volume */
	struct writer *writer;
	struct ring *ring;		/* the writer's */
	struct backlog backlog;		/* to be put before anything else */
	struct header_position next;	/* of the next tape block */
	bool has_end;			/* an end was placed since the stream
					   last went back, */
	uint32_t end_mark;		/*   the last one with this mark */
	struct indexer *indexer;	/* NULL: there is, or will be, none */
	struct {
		uint32_t volume;	/* where it begins */
		uint64_t block;		/* of that volume */
		bool is_being_put;	/* nothing of the stream is left */
		bool is_lost;		/* what is left of it is dropped */
		bool is_whole;		/* the indexer has all of the stream */
	} index;
};

enum de_status tape_out_of_memory(struct tape *tape);

/* Fill the record with that header of the end.  Returns like tape_put_end(). */
enum de_status tape_put_end_block(struct tape *tape,
    const uint8_t block[static DE_TAPE_BLOCK]);

/*
 * All that was put, which ends with a full record, is on the medium, and the
 * ring is stopped; or DE_FAILED.  The volume `ends` with it, or goes on.
 */
enum de_status tape_write_out(struct tape *tape, bool ends);

/* ---- tape_index.c: without an indexer, these do nothing. */

/* A header was placed as the last tape block of the volume so far. */
void tape_index_header(struct tape *tape, const uint8_t *header);

/* What was put from here on was not written: the stream goes on here. */
void tape_index_go_back(struct tape *tape);

/*
 * Writing has failed.  If only the index is lost, as the medium has everything
 * else beyond recall, drop the rest of it, and return true.
 */
bool tape_index_bears_failure(struct tape *tape);

/*
 * The volume is full, and all of the stream is on it.  If going on would take
 * another medium, drop the rest of the index, and return true: nobody would
 * want to change a medium for that.
 */
bool tape_index_has_no_room(struct tape *tape);

/* The volume has the blocks that it has, and no slave runs. */
void tape_index_volume(struct tape *tape);

/*
 * Put the end of the stream, the index, and the end behind it, and write all
 * out.  Returns DE_OK or DE_FAILED; without an index, that is no failure.
 */
enum de_status tape_index_finish(struct tape *tape);

#endif
