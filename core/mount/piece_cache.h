/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * piece_cache.h - bytes from any place of the volumes of a set
 *
 * Keeps one volume open, and the pieces of it that were read last: at most
 * 16 MiB, whatever the set.  What cannot be read is an error of that place
 * alone.  A volume that cannot be opened is asked for; see `want`.
 *
 * Any number of threads; one of them reads, the others wait for it.
 */
#ifndef CORE_PIECE_CACHE_H
#define CORE_PIECE_CACHE_H

#include <stdatomic.h>

#include "core/base/verdict.h"
#include "core/format/header_decode.h"
#include "core/host/instance.h"
#include "core/mount/piece_check.h"

struct piece_cache;

/* Everything but the dialect is borrowed. */
struct piece_cache_config {
	const struct instance *output;
	struct report *rep;
	struct dialect dialect;
	int64_t date;			/* of the set: others are refused */
	int64_t base_date;
	int32_t level;
	const char *label;
	uint32_t record_size;		/* bytes; 0: find out */
	const char *job;
	uint32_t last_volume;		/* there is none after it; 0: unknown */
	struct piece_check *check;	/* NULL: digests are unknown */
	/* As in struct volumes_config; one thread at a time. */
	void (*place)(void *arg, struct de_volume *facts);
	enum verdict (*want)(void *arg, uint32_t number, const char *why,
	    bool *skip);
	void *want_arg;
};

/* NULL after reporting that memory is out, or that the plugin cannot read. */
struct piece_cache *piece_cache_new(const struct piece_cache_config *config);
void piece_cache_free(struct piece_cache *m);		/* accepts NULL */

const struct dialect *piece_cache_dialect(const struct piece_cache *m);

enum piece_result {
	PIECE_READ,		/* *got bytes, 1 or more */
	PIECE_END,		/* the volume has no such place any more */
	PIECE_LOST		/* it cannot be read, or its volume not be had */
};

/*
 * Bytes from a place of a volume, fewer if it suits.  `checked`: PIECE_LOST, too,
 * if the digest of the piece that they are in is wrong, for which all of that is
 * read the first time, and a warning given once.  Only where the medium goes to
 * any byte: a drive checks what it reads.
 */
enum piece_result piece_cache_read(struct piece_cache *m, uint32_t volume,
    uint64_t position, bool checked, uint8_t *buffer, size_t length,
    size_t *got);

/* Is there such a place?  PIECE_LOST: it cannot be found out. */
enum piece_result piece_cache_probe(struct piece_cache *m, uint32_t volume,
    uint64_t position);

/*
 * Where a volume ends, bytes from its beginning; `from` is before that.  On a
 * tape, it is found by reading on from there.  False if it cannot be found.
 */
bool piece_cache_end(struct piece_cache *m, uint32_t volume, uint64_t from,
    uint64_t *end);

/*
 * The header that a volume begins with; its texts and lists are gone.  False if
 * it cannot be had, or is damaged.
 */
bool piece_cache_volume_header(struct piece_cache *m, uint32_t volume, struct header *h);

#endif
