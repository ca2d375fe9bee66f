/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * footprint.h - the size and layout of a file when it was dumped
 *
 * The change time of a file tells when a change began, not when it ended: a
 * write(2) sets it first and may take long.  Moving a file to other blocks does
 * not set it at all.  So for every file of a live source a hash of its size and
 * layout is kept, for comparison at the end.
 *
 * Memory: 8 bytes per regular file in the dump.
 */
#ifndef CORE_FOOTPRINT_H
#define CORE_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

/* One in the making; a value. */
struct footprint {
	uint64_t sum;
};

struct footprint footprint_begin(const struct de_inode *inode);
void footprint_add(struct footprint *f, const struct de_extent *extent);

/* All of a dump, by ascending inode number. */
struct footprints;

/* Returns NULL if out of memory. */
struct footprints *footprints_new(void);

/* Accepts NULL. */
void footprints_free(struct footprints *fs);

/* Inodes must ascend; footprints_are_whole() tells about lack of memory. */
void footprints_keep(struct footprints *fs, uint32_t inode,
    const struct footprint *f);
bool footprints_are_whole(const struct footprints *fs);

/* Is there one for that file?  Inodes must ascend from call to call. */
bool footprints_has(struct footprints *fs, uint32_t inode);

/* Does it differ from that of the last requested file, which has one? */
bool footprints_differ(const struct footprints *fs, const struct footprint *f);

#endif
