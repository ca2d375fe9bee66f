/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pieces.h - digests of what was read, as the index of a set has them
 *
 * Each volume is divided into pieces of as many records as fit into a MiB.
 * What could not be read, or was jumped over, has no digest.  Costs 8 bytes a
 * MiB, in a temporary file if that is much (core/base/growing.h).  The digests of
 * whole volumes, if wanted, have all bytes hashed twice.
 *
 * Filled by the thread that reads; asked once that is over.
 */
#ifndef CORE_PIECES_H
#define CORE_PIECES_H

#include "core/base/digest.h"
#include "core/read/chunk.h"

struct pieces;

/* Temporary files are in `folder`.  NULL if out of memory, or without it. */
struct pieces *pieces_new(const char *folder);
/* Before anything is read.  False if out of memory. */
bool pieces_want_volumes(struct pieces *p);
void pieces_free(struct pieces *p);		/* accepts NULL */

/*
 * The next chunk of a volume, uncompressed.  After an error there are no more
 * digests.
 */
void pieces_add(struct pieces *p, const struct chunk *chunk);

/* No more comes: the last piece is what was read of it. */
void pieces_end(struct pieces *p);

/* After that.  A volume as far as it was read. */
struct pieces_volume {
	uint32_t number;
	uint32_t piece;			/* tape blocks in a piece */
	uint32_t first;			/* c_tapea of its header, 32 bits */
	uint64_t blocks;		/* tape blocks */
	char digest[DIGEST_TEXT_BYTES];	/* of these, as of a volume that was
					   written; "": unknown */
};
/* False: that volume was not read, or is not one of ours. */
bool pieces_volume(const struct pieces *p, uint32_t number,
    struct pieces_volume *v);

/*
 * The digest of piece `n` of a volume, if it ends with block `end` of that:
 * behind the piece, or where the volume or what comes before an index ends.
 * False if it is unknown.
 */
bool pieces_digest(const struct pieces *p, uint32_t volume, uint64_t n,
    uint64_t end, uint64_t *digest);

#endif
