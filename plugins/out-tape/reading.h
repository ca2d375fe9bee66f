/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reading.h - read the records of a volume from tape, and move among them
 *
 * A volume is read from where the tape is, to the next file mark or the end of
 * data.  A block that cannot be read is passed over.  Positions are the block
 * numbers of the drive, if the first record shows that it counts blocks; or
 * else counted here from the beginning of the file, until one cannot be read.
 * Reports all errors.
 */
#ifndef OUT_TAPE_READING_H
#define OUT_TAPE_READING_H

#include "drive.h"

struct reading {
	struct drive *drive;	/* borrowed */
	uint32_t volume;	/* its number, for messages */
	uint8_t *buffer;	/* owned; for a record that is kept */
	size_t held;		/* bytes in it */
	size_t given;		/* of these, returned already */
	uint64_t held_at;	/* position of that record */
	size_t limit;		/* bytes that the driver reads at once */
	size_t block_size;	/* 0: variable, each record is a block */
	size_t record;		/* bytes of the last record; 0: none yet */
	bool seeks;		/* the drive tells block numbers */
	int file;		/* otherwise: of the tape, which it began at
				   the first block of; -1: unknown */
	bool is_adrift;		/* and spacing has ended in it somewhere */
	bool at_end;		/* of the volume */
	uint64_t start;		/* position of the first block */
	uint64_t at;		/* position of the next one */
	uint64_t farthest;	/* the highest that belongs to the volume for
				   certain */
	uint64_t singly;	/* so many blocks are read one by one */
	bool in_error;		/* the last read failed */
	bool has_retried;
	uint64_t retried;	/* the block that was read once more */
	uint64_t bad_first;	/* unreadable blocks before the first record */
	uint64_t errors;	/* blocks that could not be read */
	unsigned int resets;	/* survived */
};

/*
 * Begin where the tape is: set the block size, and read the first record, which
 * is kept.  `block_size` of 0: variable blocks if the drive can.  DE_OK or
 * DE_FAILED; end it in any case.
 */
enum de_status reading_begin(struct reading *r, struct drive *d,
    uint32_t volume, int block_size);
void reading_end(struct reading *r);

/* Fill in the properties and the record size. */
void reading_describe(const struct reading *r, struct de_reading *about);

/* As in de_output. */
enum de_status reading_next(struct reading *r, void *buffer, size_t room,
    size_t *length);
enum de_status reading_tell(const struct reading *r, uint64_t *position);
enum de_status reading_go_to(struct reading *r, uint64_t position);

#endif
