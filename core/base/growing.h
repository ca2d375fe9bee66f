/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * growing.h - a growing array in a temporary file
 *
 * The file has no name and is mapped, so that the kernel may take its pages out
 * of memory when that is short: an array may be larger than the memory.  Its
 * blocks are reserved before they are mapped, so that a full disk is an error
 * and not a SIGBUS.  A small array is in memory only: most need no disk at all.
 *
 * Costs a file descriptor, and at most a third more room than is used.
 */
#ifndef CORE_GROWING_H
#define CORE_GROWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROWING_IN_MEMORY ((size_t)16 << 20)	/* bytes; more go to a file */

struct growing {
	uint8_t *bytes;		/* mapped; moves when it grows */
	size_t used;		/* bytes */
	size_t room;
	int fd;			/* of the file; of the folder until it exists */
	bool has_file;
	bool is_in_file;
};

/*
 * In directory `folder`; no file is made before it is needed.  False with
 * errno set if there is no such directory.
 */
bool growing_init(struct growing *g, const char *folder);

/* Also after a failed growing_init(), and more than once. */
void growing_free(struct growing *g);

/*
 * Room for `bytes` more (not 0) at the end, zeroed; NULL with errno set (ENOSPC:
 * the disk is full) and the array as it was.  Invalidates earlier pointers.
 */
void *growing_add(struct growing *g, size_t bytes);

/* Only the first `used` bytes remain, and only their room. */
void growing_cut(struct growing *g, size_t used);

#endif
