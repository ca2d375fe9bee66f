/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - what exists at a volume's name, and whether it may be replaced
 *
 * Inspects without changing anything, so that --check can use it; only
 * place_retire() and place_open() have effects.  Reports all errors.  Main
 * thread.
 */
#ifndef OUT_FILE_PLACE_H
#define OUT_FILE_PLACE_H

#include <sys/stat.h>

#include "dumpengine/plugin.h"

enum place_kind {
	PLACE_UNUSABLE,		/* reported why */
	PLACE_FREE,		/* nothing exists; a file may be created */
	PLACE_FILE,		/* a regular file */
	PLACE_SPECIAL,		/* a device or FIFO, written in place */
	PLACE_DESCRIPTOR	/* standard output, or /dev/fd/N */
};

struct place {
	enum place_kind kind;
	char *path;		/* absolute, without links; owned */
	struct stat st;		/* of a regular or special file */
	int descriptor;		/* for PLACE_DESCRIPTOR */
};

/* Find what exists at a name, in which patterns have been expanded. */
void place_find(struct place *p, const struct de_host *host,
    const char *name);
void place_free(struct place *p);

/*
 * May what exists be written to or, if a regular file, be replaced? `overwrite`
 * is the setting.  Volumes of incomplete dumps may go without it; those on
 * which other dumps depend never.  DE_OK, or DE_FAILED after reporting why.
 */
enum de_status place_may_go(const struct place *p,
    const struct de_host *host, const char *name, bool overwrite);

/* The dump in progress. */
struct place_dump {
	int64_t date;
	uint32_t level;
};

/*
 * What exists, not written by this dump, is about to go: retire its dump, if it
 * is a volume of one, so that nothing uses that as a base any longer.
 * DE_FAILED after reporting why it must stay.
 */
enum de_status place_retire(const struct place *p, const struct de_host *host,
    const char *name, bool overwrite, const struct place_dump *own);

/*
 * Open a special file for writing, a disk for reading as well.  Waits ten
 * seconds for the reader of a FIFO, or until the run is cancelled.  -1 with
 * errno set, after reporting the error.
 */
int place_open(const struct place *p, const struct de_host *host,
    const char *name);

/* Warn about a directory that is writable by everyone. */
void place_warn(const struct place *p, const struct de_host *host);

#endif
