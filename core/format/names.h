/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.h - whether a directory has a name twice
 *
 * Remembers 64 bits of each name, up to NAMES_MAX of them: 16 MiB for a directory
 * of a million, nothing to speak of for others.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX (1u << 20)

struct names {			/* zeros: none yet */
	uint64_t *slots;	/* owned; 0: free */
	size_t room;		/* a power of 2, or 0 */
	size_t count;
	uint64_t seed;		/* of the hashes; nobody can tell it before */
};

/*
 * Add a name.  Returns false if it was there already; true also if there are
 * too many of them to know, or no memory.
 */
bool names_add(struct names *names, const char *name, size_t length);
void names_free(struct names *names);

#endif
