/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * growing.h - a growing array in a temporary file
 *
 * The file has no name and is mapped, so that the kernel may take its pages out
 * of memory when that is short: an array may be larger than the memory.
 */
#ifndef CORE_GROWING_H
#define CORE_GROWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct growing {
	uint8_t *bytes;		/* mapped; moves when it grows */
	size_t used;		/* bytes */
	size_t room;
	int fd;
};

/* In directory `folder`; no file is made before the first growing_add(). */
bool growing_init(struct growing *g, const char *folder);
void growing_free(struct growing *g);

/*
 * Room for `bytes` more at the end, zeroed; NULL with errno set (ENOSPC: the
 * directory is full).  Invalidates earlier pointers.
 */
void *growing_add(struct growing *g, size_t bytes);

#endif
