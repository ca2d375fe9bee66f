/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * blocks.h - the tape blocks of a set, one after the other, as they are
 *
 * Takes out the header that begins each volume, and the blocks that a later
 * volume repeats; decodes nothing else.  What is missing is told, and nothing
 * comes after it.  Only for tape blocks of DE_TAPE_BLOCK bytes.
 *
 * Between two blocks, all that it has open can be let go: buffers, the thread
 * that reads ahead, the medium.  It comes back to the same place with the next
 * block, also in a process that was forked meanwhile.
 *
 * Main thread only.
 */
#ifndef CORE_BLOCKS_H
#define CORE_BLOCKS_H

#include "core/read/volumes.h"

struct blocks;

enum blocks_result {
	BLOCKS_ONE,		/* here it is */
	BLOCKS_END,		/* there are no more volumes */
	BLOCKS_LOST,		/* something is missing; blocks_why() */
	BLOCKS_FAILED		/* the run has to end; blocks_verdict() */
};

/*
 * Open the first volume.  `pieces` gets digests of all that was passed on, and
 * may be NULL; config->pieces must be NULL.  Both are borrowed.  NULL after a
 * report; *verdict says how the run ends.
 */
struct blocks *blocks_new(const struct volumes_config *config,
    struct pieces *pieces, enum verdict *verdict);
void blocks_free(struct blocks *b);		/* accepts NULL */

const struct dialect *blocks_dialect(const struct blocks *b);

/* Header of the first volume, but for what points into its block. */
const struct header *blocks_header(const struct blocks *b);

/* The next block, valid until the next call. */
enum blocks_result blocks_next(struct blocks *b, const uint8_t **block);

/* The last one comes once more. */
void blocks_put_back(struct blocks *b);

void blocks_let_go(struct blocks *b);

/* A text that is valid until the next call. */
const char *blocks_why(const struct blocks *b);
enum verdict blocks_verdict(const struct blocks *b);

/* Where the next block is: volume, and bytes from its beginning. */
uint32_t blocks_volume(const struct blocks *b);
uint64_t blocks_position(const struct blocks *b);

/* Its number in the stream, in which volume headers count. */
uint64_t blocks_number(const struct blocks *b);

/* Bytes of the first volume; 0: unknown. */
uint64_t blocks_size(const struct blocks *b);

#endif
