/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chunk.h - buffers of stream data that several threads share
 *
 * The reader of a volume fills them, the parser looks at them, writers write
 * from them without a copy.  The pool is bounded: whoever wants a buffer waits
 * until one is free, so memory is bounded, too.
 */
#ifndef CORE_CHUNK_H
#define CORE_CHUNK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define CHUNK_LOST_UNKNOWN UINT64_MAX

struct chunk_pool;

struct chunk {
	uint8_t *bytes;		/* room for CHUNK_BYTES, aligned to 4096 */
	size_t length;		/* of it, used */
	uint64_t lost;		/* bytes missing from the stream before this
				   chunk; CHUNK_LOST_UNKNOWN: how many is
				   unknown */
	uint32_t volume;	/* it is from */
	bool begins_volume;	/* bytes[0] is the header of that volume */
	uint64_t position;	/* of bytes[0] in the volume, uncompressed */

	/* the rest belongs to chunk.c */
	struct chunk_pool *pool;
	struct chunk *next;	/* free one */
	atomic_uint holds;
};

/* Memory is taken as it is needed.  Returns NULL if out of memory. */
struct chunk_pool *chunk_pool_new(unsigned int chunks);

/* All chunks have been released.  Accepts NULL. */
void chunk_pool_free(struct chunk_pool *pool);

/*
 * A free chunk, held once and empty; waits for one.  NULL once
 * chunk_pool_end() has been called, or if out of memory.  Any thread.
 */
struct chunk *chunk_take(struct chunk_pool *pool);
void chunk_pool_end(struct chunk_pool *pool);

/* Keep a chunk for longer; each hold needs a release.  Any thread. */
void chunk_hold(struct chunk *chunk);
void chunk_release(struct chunk *chunk);

#endif
