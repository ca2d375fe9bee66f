/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dirblock.h - directories as they stand in a stream
 *
 * Packs entries into the chunks of 512 bytes that restore reads
 * (doc/stream-format.md, "Directories").  Knows nothing of where entries
 * come from or chunks go.
 */
#ifndef CORE_DIRBLOCK_H
#define CORE_DIRBLOCK_H

#include <stdint.h>

#include "dumpengine/plugin.h"

#define DIRBLOCK_CHUNK 512
/* Above, restore takes every size in the dump with its halves exchanged. */
#define DIRBLOCK_TOTAL_MAX \
	(UINT64_C(268435455) / DE_TAPE_BLOCK * DE_TAPE_BLOCK)
/* restore computes the length of an entry with 255 bytes wrongly. */
#define DIRBLOCK_NAME_MAX 254

/* Takes a full chunk, valid for this call.  Anything but DE_OK ends it. */
typedef enum de_status dirblock_sink_fn(void *arg, const uint8_t *chunk);

struct dirblock {
	dirblock_sink_fn *sink;
	void *arg;
	uint8_t chunk[DIRBLOCK_CHUNK];
	size_t used;		/* bytes of the chunk */
	size_t last;		/* where its last entry begins */
	uint64_t size;		/* bytes given to the sink */
};

void dirblock_begin(struct dirblock *d, dirblock_sink_fn *sink, void *arg);

/*
 * Add an entry; its name has 1 to DIRBLOCK_NAME_MAX bytes.  `type` is S_IFMT
 * bits, 0 if not known.
 * DE_OK; DE_NO_MORE if the directory would become too large; or what the
 * sink returned.
 */
enum de_status dirblock_add(struct dirblock *d, uint32_t inode,
    uint16_t type, const char *name, size_t length);

/* Give the last chunk to the sink; DE_OK or what that returned. */
enum de_status dirblock_end(struct dirblock *d);

/*
 * Make a name of DIRBLOCK_NAME_MAX bytes or fewer from one that is longer, or
 * cannot be used again, and another one for every other name and inode.  Returns
 * its length.
 */
size_t dirblock_shorten_name(const char *name, size_t length, uint32_t inode,
    char shortened[static DIRBLOCK_NAME_MAX + 1]);

/* An empty chunk, for a directory that turned out smaller than announced. */
void dirblock_empty_chunk(uint8_t chunk[static DIRBLOCK_CHUNK]);

#endif
