/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * name_set.h - detect duplicate names in a directory
 *
 * Remembers 64 bits of each name, up to NAME_SET_MAX of them: 16 MiB for a
 * directory of a million, next to nothing for small ones.
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
	uint64_t seed;		/* of the hashes; unpredictable */
};

/*
 * Add a name.  Returns false if it was there already; true also if there are
 * too many names to remember, or no memory.
 */
bool name_set_add(struct name_set *set, const char *name, size_t length);
void name_set_free(struct name_set *set);

#endif
