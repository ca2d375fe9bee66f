/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * detach.h - go on in the background once what was asked for is there
 *
 * The program forks before it does anything.  The parent waits, and ends with
 * the child's exit status, or with 0 as soon as the child says that all is well.
 */
#ifndef CORE_DETACH_H
#define CORE_DETACH_H

#include <stdbool.h>

struct detach {
	int fd;			/* to the parent; -1: none waits */
};

/* Returns in the child only, or with false and errno if there can be none. */
bool detach_begin(struct detach *d);

/*
 * All is well: let the parent end, and leave the terminal.  `folder`: the working
 * directory from now on; NULL: as it is.
 */
void detach_finish(struct detach *d, const char *folder);

#endif
