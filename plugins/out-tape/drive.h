/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * drive.h - a tape drive of Linux's st driver: open, move, read, write
 *
 * One system call a function, and what it takes to have a drive open with a
 * tape in it that can be written to.  Knows nothing of dumps.  The system
 * calls are behind a table, so that a test can slide in a drive of its own.
 */
#ifndef OUT_TAPE_DRIVE_H
#define OUT_TAPE_DRIVE_H

#include <sys/mtio.h>
#include <sys/stat.h>

#include "dumpengine/plugin.h"

/* As the system calls of the same names; errno tells why. */
struct drive_calls {
	int (*stat)(void *context, const char *path, struct stat *st);
	int (*open)(void *context, const char *path, int flags);
	int (*close)(void *context, int fd);
	ssize_t (*read)(void *context, int fd, void *buffer, size_t size);
	ssize_t (*write)(void *context, int fd, const void *data, size_t size);
	int (*ioctl)(void *context, int fd, unsigned long request, void *arg);
	void (*nap)(void *context);	/* a moment */
};

extern const struct drive_calls drive_system_calls;

struct drive {
	const struct de_host *host;		/* borrowed, as all here */
	const struct drive_calls *calls;
	void *context;				/* of the calls */
	char *name;				/* owned; of the last one opened */
	int fd;					/* -1: not open */
	enum de_failure failure;		/* of what went wrong last; */
	uint64_t mark;				/* see de_medium.mark */
};

/* How a drive is to be. */
struct drive_wish {
	bool no_rewind;		/* it has to stay where it is when closed */
	int64_t wait_ready;	/* seconds for it to get ready */
};

void drive_init(struct drive *d, const struct de_host *host,
    const struct drive_calls *calls, void *context);

/* Close it, and free what it has. */
void drive_free(struct drive *d);

/*
 * Could it be opened, and is a tape in it that can be written to?  Moves
 * nothing.  DE_OK, or DE_FAILED after saying what the operator has to do.
 */
enum de_status drive_look(struct drive *d, const char *name,
    const struct drive_wish *wish);

/* The same, and have it open for reading and writing. */
enum de_status drive_open(struct drive *d, const char *name,
    const struct drive_wish *wish);

/* Returns 0, or -1 with errno; it is closed in any case, or was not open. */
int drive_close(struct drive *d);

/* An operation of mtio(4), and the same as often.  0, or -1 with errno. */
int drive_do(struct drive *d, short operation, int count);

/* To the beginning of a file; the first is 0.  0, or -1 with errno. */
int drive_go_to_file(struct drive *d, int file);

/* Bytes; 0 at a file mark; or -1 with errno. */
ssize_t drive_read(struct drive *d, void *buffer, size_t size);
ssize_t drive_write(struct drive *d, const void *data, size_t size);

/* False if it does not tell. */
bool drive_status(struct drive *d, struct mtget *status);
bool drive_tell(struct drive *d, uint64_t *block);

/*
 * Does the driver not know any more where the tape is, as after a reset?  Then
 * nothing but a rewind is let through.
 */
bool drive_is_lost(struct drive *d);

/* Is it behind the last block on the tape?  Known after it has met the end. */
bool drive_is_at_end(struct drive *d);

#endif
