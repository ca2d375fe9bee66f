/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_drive.h - a tape drive as Linux's st driver shows it, in memory
 *
 * For tests of out-tape: slid in behind plugins/out-tape/drive.h.  Tapes can be
 * exchanged and looked at; what real drives do differently, and what can go
 * wrong with them, is set in the structure.
 */
#ifndef FAKE_DRIVE_H
#define FAKE_DRIVE_H

#include "plugins/out-tape/drive.h"

#define FAKE_BLOCKS 600		/* that a tape can have, marks included */
#define FAKE_DRIVES 2

struct fake_block {
	uint8_t *data;		/* owned */
	size_t size;		/* bytes; 0: a file mark */
};

/* How a drive gives its early warning, at the tape's capacity. */
enum fake_warning {
	/* The write across it goes well, the next one is refused. */
	FAKE_WARNS_BEHIND,
	/* The write across it is on the tape, and is called refused. */
	FAKE_WARNS_CARRYING,
	/* The write across it is cut there, and says so. */
	FAKE_WARNS_SHORT,
	/* The write across it is cut there, and is called refused. */
	FAKE_WARNS_PART,
};

struct fake_tape {
	struct fake_block blocks[FAKE_BLOCKS];
	size_t count;
	size_t capacity;	/* blocks in front of the early warning */
	enum fake_warning warning;
	bool is_protected;
};

/* Counts from 1 at which a call fails; 0: it does not. */
struct fake_drive {
	const char *path;
	struct fake_tape *tape;	/* NULL: there is none */
	bool is_absent;		/* not even the drive */
	bool is_file;		/* something else is at the path */
	bool is_no_tape_drive;	/* a device, but another one */
	bool rewinds;		/* when it is closed */
	bool in_use;
	bool off_line;
	int ready_after;	/* naps */
	uint8_t code, qualifier;	/* of SCSI, why it is not ready */
	uint8_t key;			/* of these; 0: that it is not */
	bool new_sense;		/* and told in the newer form */
	bool tells;		/* its position */
	bool tells_places;	/* which are no numbers of blocks */
	bool stays;		/* cannot step back */
	bool only_fixed;	/* no blocks of any size */
	size_t wants;		/* the one size of block that it takes; 0: any */
	bool blank_fails;	/* reading a tape that was never written does, */
	bool blank_reads;	/* or gives zeros, and no end is ever told */
	bool end_reads;		/* the end is told by a block that is none */
	bool sticks;		/* at an end that was read over, until moved */

	unsigned int write_fails;	/* the write with that number */
	unsigned int reset_at;		/* a write; only a rewind helps then */
	unsigned int loses_at;		/* it calls that write a good one, */
	unsigned int loses;		/* and so many behind it */
	unsigned int goes_at;		/* a write; the drive is gone then, */
	unsigned int emptied_at;	/* or its tape, */
	unsigned int protected_at;	/* or it says that it may not write */
	uint8_t alerts[8];		/* numbers of TapeAlert */
	unsigned int mark_fails;
	unsigned int rewind_fails;
	unsigned int read_fails;
	unsigned int close_fails;
	unsigned int eject_fails;
	size_t buffered;	/* blocks that are lost with a failing mark */
	int interrupted;	/* so many writes are, first */
	bool read_interrupted;	/* all are */
	unsigned int soft_errors;

	/* What it comes to */
	bool is_open, may_write, lost, warned, dirty, at_end, stuck, says;
	bool ejected;
	size_t at;		/* block */
	size_t block_size;
	int file;		/* -1: unknown */
	unsigned int writes, marks, rewinds_done, reads, closes, offs;
};

struct fake_room {
	struct fake_drive drives[FAKE_DRIVES];
	uint64_t now;		/* nanoseconds; a nap moves it on */
};

/* Their context is a struct fake_room. */
extern const struct drive_calls fake_drive_calls;

/* Drives that behave well, with no tape in them; the files are "/dev/nstN". */
void fake_room_init(struct fake_room *room);

/* Have a tape in it, at its beginning; NULL: have none. */
void fake_drive_load(struct fake_drive *d, struct fake_tape *tape);

/* A tape without an end, and with nothing on it. */
void fake_tape_init(struct fake_tape *tape);
void fake_tape_free(struct fake_tape *tape);

/* Put something behind all that is on it; size 0: a file mark. */
void fake_tape_put(struct fake_tape *tape, const void *data, size_t size);

#endif
