/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * records.h - write the records of a volume to tape, in order
 *
 * Each record is on the tape exactly once or not at all, also at end of tape,
 * where drives differ: the early warning arrives as ENOSPC from a write that
 * put nothing on the tape (most drives), all of it or, with fixed blocks, a
 * part.  The position tells which, if the drive reports it in blocks; the first
 * records show whether it does.  At the end, the position also tells whether
 * everything that the drive accepted is on the tape.
 */
#ifndef OUT_TAPE_RECORDS_H
#define OUT_TAPE_RECORDS_H

#include "drive.h"

/* Does the drive report its position? */
enum records_tells {
	RECORDS_SILENT,		/* no, or not in blocks */
	RECORDS_UNKNOWN,	/* so far, only the start position */
	RECORDS_TOLD		/* it counts blocks */
};

/* So many of the last records can be taken back, whatever their lengths. */
#define RECORDS_KEPT 4096

struct records {
	struct drive *drive;	/* borrowed */
	uint32_t volume;	/* its number, for messages */
	int file;		/* file number on the tape */
	size_t block_size;	/* 0: one block per record */
	uint64_t count;		/* on the tape */
	uint64_t ends[RECORDS_KEPT];	/* bytes up to the end of each of the
				   last ones, by number modulo RECORDS_KEPT */
	uint64_t begin;		/* position of the first block, if reported */
	uint64_t per_record;	/* blocks */
	enum records_tells tells;
	bool begun;		/* something may have been written */
	bool full;		/* early warning received */
	bool lost;		/* the tape position became unknown */
	bool marked;		/* the file mark follows them */
};

/*
 * The drive is positioned at the beginning of file number `file`, where the
 * records begin.  Fills in the rest of *r.
 */
void records_begin(struct records *r, struct drive *d, uint32_t volume,
    int file, size_t block_size);

/* Like de_output.write(). */
enum de_status records_write(struct records *r, const void *record,
    size_t length);

/*
 * Which number of records has the first `length` bytes?  False if it is not
 * known, as they are too far back.
 */
bool records_find(const struct records *r, uint64_t length, uint64_t *count);

/*
 * The tape is full, or not: keep only the first `count` records; the next is
 * written in place of the others.  DE_OK; DE_FAILED if the drive cannot go back.
 */
enum de_status records_shorten(struct records *r, uint64_t count);

/*
 * Write the final file mark, unless already written, and thus flush the drive's
 * buffer.  DE_OK; or DE_FAILED after reporting, also if the drive is not at the
 * position where the records should have taken it.
 */
enum de_status records_end(struct records *r);

#endif
