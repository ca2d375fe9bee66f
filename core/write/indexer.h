/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * indexer.h - makes the index of a set while it is written
 *
 * The tape tells it of each header when it is placed, when the stream goes back
 * because a volume ended early, and how much is on the medium; only what is on
 * the medium is encoded.  Until then an inode costs 40 bytes, and there are no
 * more of these than the ring has tape blocks, plus INDEX_BATCH.  Parts are
 * kept in a temporary file beyond 16 MiB (core/base/growing.h): about 5 bytes
 * an inode, and 8 a MiB for digests; twice that at the end.  Everything is
 * memory of this process, or beyond what its checkpoint uses of the file, so
 * the process that rewrites a volume continues from the state of its
 * checkpoint.
 *
 * Main thread only.
 */
#ifndef CORE_INDEXER_H
#define CORE_INDEXER_H

#include <jansson.h>

#include "core/base/growing.h"
#include "core/format/index_encode.h"

struct indexer;

/*
 * In `folder`, a directory for the temporary file; `about` has the members of
 * the part of that kind but those that the indexer knows.  Both are borrowed.
 * NULL with errno set.
 */
struct indexer *indexer_new(const char *folder, const json_t *about);
void indexer_free(struct indexer *ix);		/* accepts NULL */

/*
 * More is known of the dump now: the same as `about` of indexer_new().  False
 * with errno set, and nothing changed.
 */
bool indexer_set_about(struct indexer *ix, const json_t *about);

/*
 * A header has been placed as tape block `block` of the stream.  False with
 * errno set if out of memory: then there can be no index.
 */
bool indexer_header(struct indexer *ix, uint64_t block, const uint8_t *header);

/* The stream goes on from `block` again; what was placed from there is not. */
void indexer_go_back(struct indexer *ix, uint64_t block);

/* Is there so much that indexer_settle() should be called? */
bool indexer_is_full(const struct indexer *ix);

/* All before `block` is on the medium.  False with errno set. */
bool indexer_settle(struct indexer *ix, uint64_t block);

/* A volume is complete, or, for the last one, all that the index covers. */
struct indexer_volume {
	uint32_t number;
	uint64_t first;			/* tape block of the stream */
	uint64_t blocks;
	const char *medium;
	bool has_position;		/* this is not part of the index: */
	uint64_t position;		/* where the drive says that it begins, */
	uint32_t record_positions;	/* and how many blocks of the drive a
					   record has */
	const char *digest;		/* text, of all its bytes so far */
	const char *filters;		/* their names; NULL: it passes none */
	uint64_t medium_bytes;		/* of one that has passed them; 0: it
					   has not ended, so these three are
					   unknown */
	const char *medium_digest;	/* text; NULL, as */
	const char *head;		/*   digest_head() of that */
	int64_t written;		/* when, in seconds; told if `about'
					   of indexer_new() tells when the
					   dump began */
	uint32_t piece;			/* tape blocks in a piece */
	const uint64_t *digests;	/* of pieces */
	size_t digest_count;
};
/* False with errno set. */
bool indexer_volume(struct indexer *ix, const struct indexer_volume *v);

/* One more member of the part about the dump.  False with errno set. */
bool indexer_tell(struct indexer *ix, const char *key, int64_t number);

/* Where the drive says that a volume begins; false: it did not. */
bool indexer_place(const struct indexer *ix, uint32_t number,
    uint64_t *position, uint32_t *record_positions);

/*
 * The whole index, once everything is settled; the caller frees it.  False with
 * errno set.
 */
bool indexer_finish(struct indexer *ix, struct growing *index);

/* How many tape blocks the index of such a stream will take, about. */
uint64_t indexer_estimate(uint64_t inodes, uint64_t tape_blocks,
    uint32_t blocking);

#endif
