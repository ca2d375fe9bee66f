/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * indexer.h - makes the index of a set while it is written
 *
 * The tape tells it of each header when it is placed, when the stream goes back
 * because a volume ended early, and how much is on the medium; only what is on
 * the medium is encoded.  Parts are kept in a temporary file beyond 16 MiB
 * (core/base/growing.h): about 5 bytes an inode, and 8 a MiB for digests.
 * Everything is memory or offsets of this process, so the process that rewrites
 * a volume continues from the state of its checkpoint.
 *
 * Main thread only.
 */
#ifndef CORE_INDEXER_H
#define CORE_INDEXER_H

#include "core/base/growing.h"
#include "core/format/index_encode.h"

struct indexer;

/* What is known of the dump from the beginning.  Borrowed. */
struct indexer_config {
	const char *folder;		/* for the temporary file */
	const struct header_template *header;
	uint32_t blocking;		/* tape blocks in a record */
	/* Members for the part "about"; the indexer adds the volumes. */
	json_t *about;
};

/* NULL with errno set. */
struct indexer *indexer_new(const struct indexer_config *config);
void indexer_free(struct indexer *ix);

/*
 * A header has been placed as tape block `block` of the stream.  False if out
 * of memory or room: from then on there is no index, and the dump goes on.
 */
bool indexer_header(struct indexer *ix, uint64_t block,
    const uint8_t header[static DE_TAPE_BLOCK]);

/* The stream goes on from `block` again; what was placed from there is not. */
void indexer_go_back(struct indexer *ix, uint64_t block);

/* All before `block` is on the medium. */
void indexer_settle(struct indexer *ix, uint64_t block);

/* A volume is complete, or, for the last one, all that the index covers. */
struct indexer_volume {
	uint32_t number;
	uint64_t first;			/* tape block of the stream */
	uint64_t blocks;
	const char *medium;
	const char *digest;		/* text, of all its bytes so far */
	uint32_t piece;			/* tape blocks in a piece */
	const uint64_t *digests;	/* of pieces */
	size_t digest_count;
};
bool indexer_volume(struct indexer *ix, const struct indexer_volume *v);

/*
 * The whole index, complete; the caller frees it.  False with errno set.  May be
 * called once.
 */
bool indexer_finish(struct indexer *ix, struct growing *index);

#endif
