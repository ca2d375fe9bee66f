/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_drive.h - a simulated tape drive, as Linux's st driver presents it
 *
 * For tests of out-tape, in place of plugins/out-tape/drive.h.  Tapes can be
 * exchanged and inspected; members of the structure select the peculiarities of
 * real drives, and errors.
 */
#ifndef FAKE_DRIVE_H
#define FAKE_DRIVE_H

#include "plugins/out-tape/drive.h"

#define FAKE_BLOCKS 600		/* per tape, including file marks */
#define FAKE_DRIVES 2

struct fake_block {
	uint8_t *data;		/* owned */
	size_t size;		/* bytes; 0: a file mark */
	bool is_bad;		/* cannot be read */
};

/* How a drive gives early warning, at the tape's capacity. */
enum fake_warning {
	/* The write across it succeeds, the next is refused. */
	FAKE_WARNS_BEHIND,
	/* The write across it is on the tape, but reported as refused. */
	FAKE_WARNS_CARRYING,
	/* The write across it is truncated, and reported as short. */
	FAKE_WARNS_SHORT,
	/* The write across it is truncated, and reported as refused. */
	FAKE_WARNS_PART,
};

struct fake_tape {
	struct fake_block blocks[FAKE_BLOCKS];
	size_t count;
	size_t capacity;	/* blocks before the early warning */
	enum fake_warning warning;
	bool is_protected;
};

/* The number, from 1, of the call that fails; 0: none. */
struct fake_drive {
	const char *path;
	struct fake_tape *tape;	/* NULL: none */
	bool is_absent;		/* the drive itself */
	bool is_file;		/* the path leads to a file */
	bool is_no_tape_drive;	/* but another device */
	bool rewinds;		/* on close */
	bool in_use;
	bool off_line;
	int ready_after;	/* naps */
	uint8_t code, qualifier;	/* SCSI's, why it is not ready */
	uint8_t key;		/* theirs; 0: not ready */
	bool new_sense;		/* descriptor format */
	bool tells;		/* its position */
	bool tells_places;	/* which are not block numbers */
	bool stays;		/* cannot step back */
	bool only_fixed;	/* no variable blocks */
	size_t wants;		/* the only block size it accepts; 0: any */
	bool blank_fails;	/* reading a tape never written fails, */
	bool blank_reads;	/* or returns zeros without end */
	bool end_reads;		/* an invalid block reports the end of data */
	bool sticks;		/* at an end it has read past, until moved */

	unsigned int write_fails;	/* at this write */
	unsigned int reset_at;		/* this write; then needs a rewind */
	unsigned int loses_at;		/* reports this write as good, */
	unsigned int loses;		/* and this many after it */
	unsigned int goes_at;		/* at this write the drive is gone, */
	unsigned int emptied_at;	/* or its tape, */
	unsigned int protected_at;	/* or it is write-protected */
	uint8_t alerts[8];		/* TapeAlert numbers */
	const uint8_t *attributes;	/* answer to READ ATTRIBUTE; NULL: it is
					   refused */
	size_t attributes_length;
	unsigned int mark_fails;
	unsigned int rewind_fails;
	unsigned int read_fails;
	unsigned int read_reset_at;	/* as reset_at, for a read */
	size_t reads_at_most;	/* bytes at once; 0: any number */
	bool stays_at_bad;	/* instead of moving past a bad block, */
	bool cannot_pass;	/* over which it cannot space either */
	unsigned int close_fails;
	unsigned int eject_fails;
	size_t buffered;	/* blocks lost when a file mark fails */
	int interrupted;	/* this many writes at first */
	bool read_interrupted;	/* all reads */
	unsigned int soft_errors;

	/* State */
	bool is_open, may_write, lost, warned, dirty, at_end, stuck, says;
	bool at_mark;		/* just past a file mark */
	bool ejected;
	size_t at;		/* block */
	size_t block_size;
	int file;		/* -1: unknown */
	unsigned int writes, marks, rewinds_done, reads, closes, offs, seeks;
};

struct fake_room {
	struct fake_drive drives[FAKE_DRIVES];
	uint64_t now;		/* nanoseconds; advanced by naps */
};

/* Their context is a struct fake_room. */
extern const struct drive_calls fake_drive_calls;

/* Drives without faults or tapes; their files are "/dev/nstN". */
void fake_room_init(struct fake_room *room);

/* Load a tape, at its beginning; NULL: unload. */
void fake_drive_load(struct fake_drive *d, struct fake_tape *tape);

/* An endless, empty tape. */
void fake_tape_init(struct fake_tape *tape);
void fake_tape_free(struct fake_tape *tape);

/* Append to the contents of a tape; size 0: a file mark. */
void fake_tape_put(struct fake_tape *tape, const void *data, size_t size);

#endif
