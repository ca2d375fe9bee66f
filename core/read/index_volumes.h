/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * index_volumes.h - where the volumes of a set begin, as its index says
 *
 * From the member "volumes" of the first part.  Costs 24 bytes a volume.
 */
#ifndef CORE_INDEX_VOLUMES_H
#define CORE_INDEX_VOLUMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_volumes {
	struct index_volume {
		uint64_t first;		/* tape block of the stream */
		uint64_t blocks;	/* of the set, on it */
		uint32_t number;
	} *list;			/* owned, ascending */
	size_t count;
};

/*
 * Those up to the first whose place is impossible.  `about` may be anything.
 * False if out of memory.
 */
bool index_volumes_init(struct index_volumes *v, const json_t *about);
void index_volumes_free(struct index_volumes *v);	/* zeroed, too */

/* NULL if there is none of that number. */
const struct index_volume *index_volumes_find(const struct index_volumes *v,
    uint32_t number);

/*
 * Where a tape block of the stream is: on which volume, and how many bytes from
 * its beginning.  False if it is on none of them.
 */
bool index_volumes_place(const struct index_volumes *v, uint64_t block,
    uint32_t *number, uint64_t *position);

#endif
