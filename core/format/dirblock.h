/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dirblock.h - the stream format of directories
 *
 * Packs entries into the 512-byte chunks that restore reads
 * (doc/stream-format.md, "Directories").  Knows nothing about the source of
 * entries or the destination of chunks.
 */
#ifndef CORE_DIRBLOCK_H
#define CORE_DIRBLOCK_H

#include <stdint.h>

#include "dumpengine/plugin.h"

#define DIRBLOCK_CHUNK 512
/* Beyond this, restore swaps the halves of every size in the dump. */
#define DIRBLOCK_TOTAL_MAX \
	(UINT64_C(268435455) / DE_TAPE_BLOCK * DE_TAPE_BLOCK)
/* restore miscalculates the length of an entry with a 255-byte name. */
#define DIRBLOCK_NAME_MAX 254
/* A shortened name and an original of 255 bytes fit into one chunk. */
#define DIRBLOCK_SHORTENED_MAX 231

/*
 * Receives a full chunk, valid during the call.  Any result but DE_OK ends it.
 */
typedef enum de_status dirblock_sink_fn(void *arg, const uint8_t *chunk);

struct dirblock {
	dirblock_sink_fn *sink;
	void *arg;
	uint8_t chunk[DIRBLOCK_CHUNK];
	size_t used;		/* bytes of the chunk */
	size_t last;		/* start of the last entry */
	uint64_t size;		/* bytes passed to the sink */
};

void dirblock_begin(struct dirblock *d, dirblock_sink_fn *sink, void *arg);

/*
 * Add an entry; its name has 1 to DIRBLOCK_NAME_MAX bytes.  `type` is S_IFMT
 * bits, 0 if unknown.
 * DE_OK; DE_NO_MORE if the directory would become too large; or the result of
 * the sink.
 */
enum de_status dirblock_add(struct dirblock *d, uint32_t inode,
    uint16_t type, const char *name, size_t length);

/*
 * Add an entry with a name from dirblock_shorten_name(), and after it the
 * original, of at most 255 bytes, which restore(8) ignores.  Both are in one
 * chunk.  Returns as dirblock_add().
 */
enum de_status dirblock_add_original(struct dirblock *d, uint32_t inode,
    uint16_t type, const char *name, size_t length, const char *original,
    size_t original_bytes);

/* Pass the last chunk to the sink; returns DE_OK or the result of the sink. */
enum de_status dirblock_end(struct dirblock *d);

/*
 * Derive a name of at most DIRBLOCK_SHORTENED_MAX bytes from one that is longer
 * than DIRBLOCK_NAME_MAX or used already; different for every name and inode.
 * Returns its length.
 */
size_t dirblock_shorten_name(const char *name, size_t length, uint32_t inode,
    char shortened[static DIRBLOCK_SHORTENED_MAX + 1]);

/* An empty chunk, for a directory that turned out smaller than announced. */
void dirblock_empty_chunk(uint8_t chunk[static DIRBLOCK_CHUNK]);

#endif
