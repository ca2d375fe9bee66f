/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - where on its tape a volume begins, and what is there already
 *
 * Goes there, and refuses to if something stands there that must not be
 * written over.  All that is at the place and behind it will be lost.
 */
#ifndef OUT_TAPE_PLACE_H
#define OUT_TAPE_PLACE_H

#include "../common/keep.h"
#include "drive.h"

enum place_kind {
	PLACE_BEGINNING,	/* of the tape */
	PLACE_FILE,		/* file number `file`; the first is 0 */
	PLACE_END		/* behind the last file */
};

struct place_wish {
	enum place_kind kind;
	int file;
	struct keep_wish keep;	/* what may go for it */
	int block_size;		/* of the drive from then on; 0: variable */
};

/*
 * DE_OK with the tape where the volume begins, and *file the number of the
 * file that it will be; or DE_FAILED after saying what is to be done, with
 * d->failure and d->mark set.
 */
enum de_status place_find(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int *file);

/* Go back to the beginning of a file.  DE_OK or DE_FAILED. */
enum de_status place_return(struct drive *d, int file);

/*
 * Leave nothing at the beginning of that file that looks like the volume; what
 * is not the volume is left alone, as on a tape that somebody has put in.
 */
void place_discard(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int file);

#endif
