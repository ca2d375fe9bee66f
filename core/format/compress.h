/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compress.h - records as a compressed dump has them
 *
 * What this writes, decompress.h reads, and restore(8) does
 * (doc/stream-format.md, "Compression").  Each record is compressed by itself.
 */
#ifndef CORE_COMPRESS_H
#define CORE_COMPRESS_H

#include "core/format/decompress.h"

#define COMPRESS_LEVEL_MIN 1
#define COMPRESS_LEVEL_MAX 9

/* Bytes that a record needs at most: it may be stored as it is. */
size_t compress_room(size_t record);

void compress_prefix_encode(const struct decompress_prefix *prefix,
    uint8_t word[static DECOMPRESS_PREFIX_BYTES]);

/* About 256 KiB of memory.  For one thread at a time. */
struct compressor;

/* By zlib; `level` as above.  NULL if out of memory. */
struct compressor *compressor_new(int level);
void compressor_free(struct compressor *c);	/* accepts NULL */

/*
 * Put the word and what follows it into `out`, which has compress_room(size)
 * bytes.  Returns how many there are.
 */
size_t compressor_record(struct compressor *c, const uint8_t *record,
    size_t size, uint8_t *out);

#endif
