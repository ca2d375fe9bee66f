/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume.h - one volume on its medium, from opening to verification
 *
 * Passes records from the ring to the output, and knows nothing of headers.  A
 * digest of the records verifies what is read back from the medium.  Digests of
 * pieces of up to 1 MiB tell later where it is damaged: they cost 8 bytes each,
 * in a temporary file beyond 16 MiB (core/base/growing.h).  Both are of the
 * records; if these pass filters, what is read back is compared with a digest of
 * what came of them.
 */
#ifndef CORE_VOLUME_H
#define CORE_VOLUME_H

#include <stdbool.h>

#include "core/base/digest.h"
#include "core/host/instance.h"
#include "core/operator/message.h"

struct volume;

/* How closing went. */
enum volume_result {
	VOLUME_SAFE,		/* complete, and on the medium */
	VOLUME_FAILED,		/* the output failed */
	VOLUME_DIFFERS		/* verification failed */
};

/*
 * Both are borrowed.  With a folder for temporary files, digests of pieces are
 * kept.  Returns NULL if out of memory.
 */
struct volume *volume_new(const struct instance *output, const char *folder);
void volume_free(struct volume *v);

/*
 * What an output is told of a volume: it may get longer records than the stream
 * has.  Texts stay those of `facts`.
 */
struct de_volume volume_facts_of_medium(const struct de_volume *facts);

/*
 * Volumes pass these filters, the first of which gets the records; all borrowed.
 * `base_date` is that of the dump.  False if out of memory.
 */
bool volume_set_filters(struct volume *v, struct instance *const *filters,
    size_t count, int64_t base_date);

/*
 * Before a volume is written that will not tell what it is, call tell() with
 * digest_head() of it; any thread.
 */
void volume_set_teller(struct volume *v,
    void (*tell)(void *arg, const char *head), void *arg);

/*
 * Open a volume.  With filters it may have `size` bytes on the medium; 0: as
 * many as there is room for.  DE_OK, or DE_FAILED after reporting why.  Main
 * thread.
 */
enum de_status volume_open(struct volume *v, const struct de_volume *facts,
    uint64_t size);

/*
 * Callbacks for ring_config; one slave at a time calls them.  A record must
 * stay unchanged until volume_settled() counts it: only then does it enter the
 * digest.
 */
enum de_status volume_write(void *arg, const void *record, size_t length,
    uint64_t digest);
uint64_t volume_settled(void *arg);
enum de_status volume_settle(void *arg);

/*
 * Does the volume end with what volume_settle() settles?  By default, more
 * follows.  With filters, the end is then left to volume_end().
 */
void volume_set_ends(struct volume *v, bool ends);

/*
 * With filters, once no slave runs: with how many records can the volume end, at
 * most?  Then have it end so, before it is closed.  DE_OK; DE_END_OF_VOLUME:
 * ask again, it must be fewer; DE_FAILED, after a report or with
 * volume_is_short(): the volume must be written again, with so many.
 * Otherwise, all that were written, which is always so.
 */
uint64_t volume_most(const struct volume *v);
enum de_status volume_end(struct volume *v, uint64_t records);
bool volume_is_short(const struct volume *v, uint64_t *records);

/* Finish the volume, after reading it back if `verify`.  Main thread. */
enum volume_result volume_close(struct volume *v, bool verify);

/* Leave nothing on the medium that looks complete.  Main thread. */
void volume_discard(struct volume *v);

/* Why the output failed.  Main thread; after the failure. */
enum de_failure volume_failure(struct volume *v);

/* Mark of the medium that volume_open() refused; see de_medium.mark. */
uint64_t volume_mark(const struct volume *v);

/* Did the output fail with a transient error?  Main thread. */
bool volume_may_retry(const struct volume *v);

/* Of the volume last opened or refused; the name is "" if unknown. */
const char *volume_medium(const struct volume *v);
uint32_t volume_properties(const struct volume *v);	/* DE_MEDIUM_... */
int64_t volume_file(const struct volume *v);	/* file on a tape; -1: none */
const char *volume_barcode(const struct volume *v);	/* "": unknown, as */
const char *volume_serial(const struct volume *v);	/* the serial number */

/*
 * Where the drive says that the volume begins, and how many of its blocks a
 * record has.  False: it does not say.
 */
bool volume_position(const struct volume *v, uint64_t *position,
    uint32_t *record_positions);
bool volume_is_once(const struct volume *v);	/* DE_MEDIUM_ONCE */
bool volume_streams(const struct volume *v);	/* DE_MEDIUM_STREAMS */
uint32_t volume_window(const struct volume *v);	/* de_medium.window */
uint64_t volume_bytes(const struct volume *v);	/* on the medium */
uint64_t volume_stream_bytes(const struct volume *v);	/* that it stands for */
void volume_digest(const struct volume *v,
    char text[static DIGEST_TEXT_BYTES]);	/* of its records */

/*
 * Of a volume that has passed filters, once it has ended: the digest of what is
 * on the medium, and digest_head() of that.  Otherwise false, and both "".
 */
bool volume_medium_digest(const struct volume *v,
    char text[static DIGEST_TEXT_BYTES], char head[static DIGEST_TEXT_BYTES]);

/*
 * Digests of the pieces that are on the medium; the last may be shorter.  What
 * comes after that, on the same volume, has none.  Main thread, while no slave
 * runs.
 */
struct volume_pieces {
	uint32_t records;	/* in a piece */
	const uint64_t *digests;	/* valid until the next volume */
	size_t count;
};
/* False with errno set if there was no room for them. */
bool volume_end_pieces(struct volume *v, struct volume_pieces *pieces);

#endif
