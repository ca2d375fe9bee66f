/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - where on its tape a volume begins, and what is there already
 *
 * Positions the tape, or refuses if anything there must not be overwritten.
 * Everything from that position on will be lost.
 */
#ifndef OUT_TAPE_PLACE_H
#define OUT_TAPE_PLACE_H

#include "../common/keep.h"
#include "drive.h"

enum place_kind {
	PLACE_BEGINNING,	/* of the tape */
	PLACE_FILE,		/* file number `file`; the first is 0 */
	PLACE_END		/* after the last file */
};

struct place_wish {
	enum place_kind kind;
	int file;
	struct keep_wish keep;	/* what may be overwritten */
	int block_size;		/* to be set on the drive; 0: variable */
};

/*
 * DE_OK with the tape at the beginning of the volume and *file set to its file
 * number; or DE_FAILED after reporting what to do, with d->failure and d->mark
 * set.
 */
enum de_status place_find(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int *file);

/* Return to the beginning of a file.  DE_OK or DE_FAILED. */
enum de_status place_return(struct drive *d, int file);

/*
 * Make sure that the file no longer looks like the volume.  Anything other than
 * the volume is left alone, in case the tape has been exchanged.
 */
void place_discard(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int file);

#endif
