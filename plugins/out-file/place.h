/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - what is at the name of a volume, and whether it may go
 *
 * Looks and changes nothing, so that it serves for --check as well; only
 * place_retire() and place_open() do something.  What is wrong is reported.
 * Main thread.
 */
#ifndef OUT_FILE_PLACE_H
#define OUT_FILE_PLACE_H

#include <sys/stat.h>

#include "dumpengine/plugin.h"

enum place_kind {
	PLACE_UNUSABLE,		/* it has been reported why */
	PLACE_FREE,		/* nothing is there, and a file may be made */
	PLACE_FILE,		/* a regular file */
	PLACE_SPECIAL,		/* a device or a FIFO, written to as it is */
	PLACE_DESCRIPTOR	/* standard output, or /dev/fd/N */
};

struct place {
	enum place_kind kind;
	char *path;		/* absolute, past all links; owned */
	struct stat st;		/* of a file or what is special */
	int descriptor;		/* of PLACE_DESCRIPTOR */
};

/* What there is at a name; a pattern has been expanded in it. */
void place_find(struct place *p, const struct de_host *host,
    const char *name);
void place_free(struct place *p);

/*
 * May what is there be written to, or a regular file be replaced?
 * `overwrite` is the setting.  Volumes of unfinished dumps may go without it;
 * those of dumps that others build on never.  DE_OK, or DE_FAILED after
 * reporting why.
 */
enum de_status place_may_go(const struct place *p,
    const struct de_host *host, const char *name, bool overwrite);

/* The dump that is being made. */
struct place_dump {
	int64_t date;
	uint32_t level;
};

/*
 * What is there, which was not written for this dump, is about to go: see to
 * it that nothing builds on its dump any more, if it is a volume of one.
 * DE_FAILED after reporting why it has to stay.
 */
enum de_status place_retire(const struct place *p, const struct de_host *host,
    const char *name, bool overwrite, const struct place_dump *own);

/*
 * Open what is special for writing, and for reading if it is a disk.  Waits
 * ten seconds for the reader of a FIFO, or until the run is cancelled.  -1 with
 * errno after reporting why not.
 */
int place_open(const struct place *p, const struct de_host *host,
    const char *name);

/* A word for whoever uses a folder that everybody can change. */
void place_warn(const struct place *p, const struct de_host *host);

#endif
