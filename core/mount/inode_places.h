/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode_places.h - where the inodes of a set are
 *
 * 16 bytes an inode, in a temporary file if that is much (core/base/growing.h):
 * 100 million take 1.6 GB, of which what is in use stays in memory.
 *
 * One thread fills it.  After inode_places_finish() any number may look things up.
 */
#ifndef CORE_INODE_PLACES_H
#define CORE_INODE_PLACES_H

#include <stdbool.h>
#include <stdint.h>

struct inode_places;

struct inode_place {
	uint64_t position;	/* bytes from the beginning of the volume */
	uint32_t volume;
	uint32_t inode;
};

/* `folder`: of the temporary file.  NULL with errno set. */
struct inode_places *inode_places_new(const char *folder);
void inode_places_free(struct inode_places *p);		/* accepts NULL */

/* In the order of the stream.  False with errno set. */
bool inode_places_add(struct inode_places *p, const struct inode_place *place);

void inode_places_finish(struct inode_places *p);

uint64_t inode_places_count(const struct inode_places *p);

/* The one with number 0, 1, ... in the order of inodes. */
const struct inode_place *inode_places_at(const struct inode_places *p,
    uint64_t number);

/*
 * False if the set has no such inode.  *room: bytes of the stream up to the
 * inode after it; UINT64_MAX: unknown.
 */
bool inode_places_find(const struct inode_places *p, uint32_t inode, struct inode_place *place,
    uint64_t *room);

#endif
