/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * park.h - the private directory for what is on its way to another place
 *
 * At the root of the target, ".dumpengine-restore" or, if that name is taken,
 * with a number behind it; mode 0700.  In it, files and directories are named by
 * their inode numbers in the sets.  If a run is interrupted, the next one finds
 * it, and knows by the key whether it was about the same two trees.
 */
#ifndef CORE_PARK_H
#define CORE_PARK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/format/inomap.h"
#include "core/read/names.h"

#define PARK_NAME_BYTES 48

struct park {
	int root;			/* borrowed */
	int fd;				/* -1: there is none */
	char name[PARK_NAME_BYTES];	/* in the root */
	char key[128];
	bool is_placing;		/* things are leaving it */
};

/*
 * Find the directory that an earlier run with these two trees has left, and add
 * what is in it to `parked`; otherwise choose a name that neither tree has at
 * the root, and make nothing yet.
 */
void park_init(struct park *p, int root, const struct names *before,
    const struct names *after, struct inomap *parked);
void park_close(struct park *p);

/* Make it, unless it exists.  False with errno set. */
bool park_make(struct park *p);

/*
 * All that has to leave its place is here or removed; from now on it gets its
 * new place.  On disk, before anything is.  False with errno set.
 */
bool park_begin_placing(struct park *p);

/* Remove it if nothing is left in it. */
void park_remove(struct park *p);

#endif
