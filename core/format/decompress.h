/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * decompress.h - the records of a compressed Linux dump
 *
 * The first record of each volume is plain.  Each of the others begins with a
 * word that says how long it is and how it is compressed
 * (doc/stream-format.md, "Compression").
 */
#ifndef CORE_DECOMPRESS_H
#define CORE_DECOMPRESS_H

#include "core/format/dialect.h"

enum algorithm {
	ALGORITHM_ZLIB = 0,
	ALGORITHM_BZIP2 = 1,
	ALGORITHM_LZO1X = 2
	/* Up to 7 may be found.  Dump 0.4b45 and 0.4b46 could encrypt, too. */
};

#define DECOMPRESS_PREFIX_BYTES 4

struct decompress_prefix {
	bool is_compressed;
	enum algorithm algorithm;
	uint32_t length;	/* of what follows, bytes */
};

/*
 * Decode the word, in either of its layouts; `blocking` is c_ntrec.  False: it
 * makes no sense for such a record, which may be damaged, or plain in spite of
 * what the header says.
 */
bool decompress_prefix_decode(const struct dialect *d, uint32_t blocking,
    const uint8_t word[static DECOMPRESS_PREFIX_BYTES],
    struct decompress_prefix *prefix);

/* Largest size of a record, decompressed. */
size_t decompress_room(uint32_t blocking);

/*
 * Decompress a record.  False: it is damaged, larger than `room`, or the
 * algorithm is unknown; then *length bytes at `out` may still be good.  Any
 * thread.
 */
bool decompress(enum algorithm algorithm, const uint8_t *in, size_t size,
    uint8_t *out, size_t room, size_t *length);

#endif
