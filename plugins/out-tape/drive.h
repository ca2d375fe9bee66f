/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * drive.h - a tape drive of Linux's st driver: position, read, write
 *
 * One system call per function; ready.h opens it.  Knows nothing about dumps.
 * The system calls go through a table, so that tests can substitute a drive.
 */
#ifndef OUT_TAPE_DRIVE_H
#define OUT_TAPE_DRIVE_H

#include <sys/mtio.h>
#include <sys/stat.h>

#include "dumpengine/plugin.h"

/* Like the system calls of the same names; errno says why. */
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
	const struct de_host *host;		/* borrowed, like all here */
	const struct drive_calls *calls;
	void *context;				/* of the calls */
	char *name;				/* owned; name of the last one
						   opened */
	int fd;					/* -1: not open */
	enum de_failure failure;		/* reason for the last
						   failure; */
	uint64_t mark;				/* see de_medium.mark */
	bool is_read;				/* open for reading only */
};

void drive_init(struct drive *d, const struct de_host *host,
    const struct drive_calls *calls, void *context);

/* Close the drive and free its resources. */
void drive_free(struct drive *d);

/*
 * Returns 0, or -1 with errno set; closed in either case.  May be called when
 * not open.
 */
int drive_close(struct drive *d);

/* An mtio(4) operation with its count.  0, or -1 with errno set. */
int drive_do(struct drive *d, short operation, int count);

/*
 * Position to the beginning of a file; the first is 0.  0, or -1 with errno
 * set.
 */
int drive_go_to_file(struct drive *d, int file);

/* Returns bytes; 0 at a file mark; or -1 with errno set. */
ssize_t drive_read(struct drive *d, void *buffer, size_t size);
ssize_t drive_write(struct drive *d, const void *data, size_t size);

/* False if the drive does not report it. */
bool drive_status(struct drive *d, struct mtget *status);
bool drive_tell(struct drive *d, uint64_t *block);

/*
 * Has the driver lost the tape position, as after a reset?  Then it accepts
 * nothing but a rewind.
 */
bool drive_is_lost(struct drive *d);

/* Is the tape past the last block?  Known after reading to end of data. */
bool drive_is_at_end(struct drive *d);

#endif
