/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header_decode.h - a header of any dialect, decoded
 *
 * The opposite of header.h; both use the offsets of header_layout.h.  What it
 * returns is checked as far as a single header can be: counts fit, texts end.
 */
#ifndef CORE_HEADER_DECODE_H
#define CORE_HEADER_DECODE_H

#include "core/format/dialect.h"
#include "core/format/header_decoded.h"

/*
 * Decode a block of d->block_size bytes.  False if it is not a header: wrong
 * magic, checksum, type or count.  `h` points into the block.
 */
bool header_decode(const struct dialect *d, const uint8_t *block,
    struct header *h);

/* Only: could a header begin with these 1024 (V7: 512) bytes?  Fast. */
bool header_has_magic(const struct dialect *d, const uint8_t *block);

/*
 * Only the Linux dialect: are these 1024 bytes the header of that volume of that
 * dump, but for a few that are damaged?  header_decode() does not take them.
 */
bool header_resembles_volume(const struct dialect *d, const uint8_t *block,
    int64_t date, int64_t base_date, uint32_t volume);

/*
 * Are the halves of this directory's size exchanged, as some old writers did?
 * Then so are those of all sizes in the stream: set d->swapped_halves, and
 * decode it again.  To be asked of the root directory.
 */
#define HEADER_DIRECTORY_MAX 0x0fffffff	/* no directory is larger, bytes */
bool header_is_size_swapped(const struct header *root);

/* The codes of c_addr as runs of blocks (doc/stream-format.md). */
struct header_runs {
	const uint8_t *codes;
	uint32_t left;		/* bytes of codes */
	bool are_coded;		/* run lengths; else one block per byte */
	bool has_lengths;	/* a code of more than one block has come */
};

void header_runs_begin(struct header_runs *r, const struct dialect *d,
    const struct header *h);

/*
 * The next run, 1 to 16448 blocks of d->block_size; false at the end.  The one
 * after it may be of the same kind.
 */
bool header_runs_next(struct header_runs *r, uint32_t *blocks, bool *is_data);

/* All blocks of data after this header, holes not counted. */
uint64_t header_data_blocks(const struct dialect *d, const struct header *h);

#endif
