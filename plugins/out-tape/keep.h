/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keep.h - what of a tape may be written over
 *
 * Judges one file of the tape after the other.  A dump goes by what the engine
 * knows of it and by its age; what is no dump, and what nobody can read, stays
 * unless the options say otherwise.  What may go and could be built on is noted,
 * so that it can be taken out of that before it goes.
 */
#ifndef OUT_TAPE_KEEP_H
#define OUT_TAPE_KEEP_H

#include "place.h"
#include "../common/label.h"

struct keep {
	struct drive *drive;			/* borrowed, as these */
	const struct place_wish *wish;
	const struct de_volume *volume;		/* that is to be written */
	struct label *going;			/* owned; dumps that may go, */
	size_t going_count;			/* so many */
};

/* The file that the tape stands in, and its first block. */
struct keep_file {
	int number;
	const uint8_t *block;
	size_t length;				/* 0: it is not known */
};

void keep_init(struct keep *k, struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume);
void keep_free(struct keep *k);

/*
 * DE_OK: it may go.  DE_FAILED after saying why not and what is to be done; the
 * drive has the reason and the mark then.
 */
enum de_status keep_check_dump(struct keep *k, const struct keep_file *file,
    const struct label *label);
enum de_status keep_check_foreign(const struct keep *k,
    const struct keep_file *file);
enum de_status keep_check_unreadable(const struct keep *k,
    const struct keep_file *file);

/*
 * Is there room for the volume behind that dump?  DE_OK, or DE_FAILED after
 * saying that an earlier volume of it has filled the tape.
 */
enum de_status keep_check_room(const struct keep *k,
    const struct keep_file *file, const struct label *label);

/* It cannot be read, so that nothing goes behind it; DE_FAILED. */
enum de_status keep_refuse_append(const struct keep *k,
    const struct keep_file *file);

/* Was this begun by an attempt to write this very volume? */
bool keep_is_attempt(const struct keep *k, const struct label *label);

/*
 * All that was found to be able to go is about to: nothing is built on it any
 * more.  DE_OK, or DE_FAILED after a report: then it has to stay.
 */
enum de_status keep_let_go(const struct keep *k);

#endif
