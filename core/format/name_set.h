/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * name_set.h - whether a directory has a name twice
 *
 * Remembers 64 bits of each name, up to NAME_SET_MAX of them: 16 MiB for a
 * directory of a million, nothing to speak of for others.
 */
#ifndef CORE_NAME_SET_H
#define CORE_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_SET_MAX (1u << 20)

struct name_set {			/* zeros: none yet */
	uint64_t *slots;	/* owned; 0: free */
	size_t room;		/* a power of 2, or 0 */
	size_t count;
	uint64_t seed;		/* of the hashes; nobody can tell it before */
};

/*
 * Add a name.  Returns false if it was there already; true also if there are
 * too many of them to know, or no memory.
 */
bool name_set_add(struct name_set *set, const char *name, size_t length);
void name_set_free(struct name_set *set);

#endif
