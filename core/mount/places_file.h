/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * places_file.h - where the inodes of a set are, kept in a file
 *
 * For a set without an index, in the layout of an index (core/format/
 * index_layout.h): its first part says which set it is of and how many inodes
 * there are, and all others are those of the inodes.  Each part has its digest.
 * Costs a MiB of memory, and some 3 bytes an inode on the disk.
 */
#ifndef CORE_PLACES_FILE_H
#define CORE_PLACES_FILE_H

#include <jansson.h>

#include "core/mount/inode_places.h"

enum places_file_result {
	PLACES_FILE_READ,
	PLACES_FILE_OTHER,	/* it is of another set, or damaged; some places
				   may have been passed on */
	PLACES_FILE_FAILED	/* out of memory, or `take` returned false */
};

/*
 * Pass on the places in an open file, if it is of `set`, an object that is
 * compared as a whole.
 */
enum places_file_result places_file_read(int fd, const json_t *set,
    bool (*take)(void *arg, const struct inode_place *place), void *arg);

/*
 * Can they be kept?  Not if they are no whole tape blocks, or in no order, as
 * those of sets that somebody has forged.
 */
bool places_file_can(const struct inode_places *places);

/* Write them.  `folder`: for a temporary file.  False with errno set. */
bool places_file_write(int fd, const json_t *set,
    const struct inode_places *places, const char *folder);

#endif
