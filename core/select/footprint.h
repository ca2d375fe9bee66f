/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * footprint.h - what a file was made of when it was dumped
 *
 * The time of the last change of a file tells when a change began, not when it
 * ended: a write(2) sets it first and may take long.  And what moves a file to
 * other blocks does not set it.  So of every file of a live source its size and
 * where its contents are is kept as a number, to be compared at the end.
 *
 * Memory: 8 bytes for each regular file in the dump.
 */
#ifndef CORE_FOOTPRINT_H
#define CORE_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

/* One that is being made; a value. */
struct footprint {
	uint64_t sum;
};

struct footprint footprint_begin(const struct de_inode *inode);
void footprint_add(struct footprint *f, const struct de_extent *extent);

/* All of a dump, by rising inode. */
struct footprints;

/* Returns NULL if out of memory. */
struct footprints *footprints_new(void);

/* Takes NULL. */
void footprints_free(struct footprints *fs);

/* Inodes must rise; out of memory is told by footprints_are_whole(). */
void footprints_keep(struct footprints *fs, uint32_t inode,
    const struct footprint *f);
bool footprints_are_whole(const struct footprints *fs);

/* Is one of that file kept?  Inodes must rise from call to call. */
bool footprints_has(struct footprints *fs, uint32_t inode);

/* Is it another one, that of the file last asked for, which has one? */
bool footprints_differ(const struct footprints *fs, const struct footprint *f);

#endif
