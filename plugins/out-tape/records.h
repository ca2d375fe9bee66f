/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * records.h - the records of a volume, one after the other onto the tape
 *
 * Each is on the tape once or not at all, also at its end, where drives
 * differ: a drive's early warning comes as ENOSPC of a write that has put
 * nothing on the tape (most drives), all of it, or, in blocks of a fixed size,
 * a part.  Which it was, the position tells, where the drive tells it and
 * counts blocks by it, which is seen at the first records.  At the end it tells
 * as well whether all that the drive has taken is on the tape.
 */
#ifndef OUT_TAPE_RECORDS_H
#define OUT_TAPE_RECORDS_H

#include "drive.h"

/* The position of the drive. */
enum records_tells {
	RECORDS_SILENT,		/* it does not tell, or something else */
	RECORDS_UNKNOWN,	/* it has told where they begin */
	RECORDS_TOLD		/* it counts blocks */
};

struct records {
	struct drive *drive;	/* borrowed */
	uint32_t volume;	/* its number, for messages */
	int file;		/* of the tape, that they are in */
	size_t block_size;	/* 0: a block is a record */
	uint64_t count;		/* on the tape */
	uint64_t begin;		/* position of the first block, if it tells */
	uint64_t per_record;	/* blocks */
	enum records_tells tells;
	bool begun;		/* something may have been written */
	bool full;		/* the early warning has come */
	bool lost;		/* where the tape stands became unknown */
	bool marked;		/* the file mark is behind them */
};

/*
 * The drive stands where they begin: at the beginning of file number `file`.
 * The rest of *r is filled in.
 */
void records_begin(struct records *r, struct drive *d, uint32_t volume,
    int file, size_t block_size);

/* As de_output.write(). */
enum de_status records_write(struct records *r, const void *record,
    size_t length);

/*
 * Put a file mark behind them, if there is none, and with it all that the
 * drive still holds in its buffer.  DE_OK; or DE_FAILED after reporting, also
 * if the drive stands elsewhere than they would have brought it.
 */
enum de_status records_end(struct records *r);

#endif
