/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * positions.h - writes a table of positions, for restore -Q
 *
 * In the format that dump(8) writes (doc/stream-format.md): a head with the date
 * of the dump, and a line for the first file that begins in a record: its inode,
 * the volume, and where that record is.
 */
#ifndef CORE_POSITIONS_H
#define CORE_POSITIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#define POSITIONS_MAGIC "495115637697"
#define POSITIONS_VERSION "1.0"

struct positions {
	FILE *out;		/* borrowed */
	uint32_t volume;	/* of the last line, and its position */
	uint64_t position;
};

/* Write the head.  Whether all is written, the caller sees when it closes. */
void positions_begin(struct positions *p, FILE *out, int64_t date);

/* As dump(8): not those of which nothing is ever read. */
bool positions_lists(mode_t mode);

/*
 * A file that positions_lists(), in the order of the stream: its record is at
 * that position, in bytes or, on a tape, its blocks.
 */
void positions_put(struct positions *p, uint32_t inode, uint32_t volume,
    uint64_t position);

#endif
