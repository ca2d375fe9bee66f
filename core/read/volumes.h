/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volumes.h - the volumes of a set, one after the other, as bytes
 *
 * Opens each volume for reading through an output plugin, reads ahead in a
 * thread, undoes the compression of Linux dump, and says what could not be
 * read.  Knows of headers only the first one of each volume, by which it finds
 * the dialect out and checks that it is the right volume.
 *
 * One thread calls it, and that is the one that `want` is called in.
 */
#ifndef CORE_VOLUMES_H
#define CORE_VOLUMES_H

#include <signal.h>
#include <stdatomic.h>

#include "core/base/report.h"
#include "core/base/verdict.h"
#include "core/format/header_decode.h"
#include "core/host/instance.h"
#include "core/read/pieces.h"

struct volumes;

/* What a set is read from.  Everything is borrowed. */
struct volumes_config {
	const struct instance *output;	/* reads volume N, given N */
	struct report *rep;
	const atomic_int *cancelled;
	uint32_t first_volume;		/* usually 1 */
	uint32_t last_volume;		/* there is none after it; 0: unknown */
	uint32_t record_size;		/* bytes, of -b; 0: find out */
	const char *dialect;		/* forced; NULL: find out */
	const char *job;		/* for de_volume; may be "" */
	struct pieces *pieces;		/* of all that is read; NULL: none */
	/*
	 * The dump that it must be, where that is known: then `want` is called
	 * for the first volume as well.  A date of 0: any.
	 */
	int64_t date;
	int64_t base_date;
	int32_t level;
	bool again;			/* the first volume was read before,
					   and is still in its drive */
	/*
	 * Say in de_volume where volume facts->number is; NULL: the options of
	 * the output do.
	 */
	void (*place)(void *arg, struct de_volume *facts);
	/*
	 * Volume `number` cannot be opened, or is not the one: what to do.
	 * VERDICT_GO_ON: try again, or, if *skip was set, do without it.  The
	 * set ends after several volumes in a row that were skipped.
	 */
	enum verdict (*want)(void *arg, uint32_t number, const char *why,
	    bool *skip);
	void *want_arg;			/* of both */
};

/*
 * Open the first volume and decode its header.  NULL after reporting why;
 * *verdict says how the run ends then.
 */
struct volumes *volumes_open(const struct volumes_config *config,
    enum verdict *verdict);

/* Accepts NULL.  All chunks have been released. */
void volumes_close(struct volumes *v);

const struct dialect *volumes_dialect(const struct volumes *v);

/* Header of the first volume opened; its block is kept. */
const struct header *volumes_header(const struct volumes *v);

/*
 * The next chunk, held for the caller; the first begins with the header of the
 * first volume, and each later volume with a new chunk that begins with its
 * header.  A chunk has whole blocks, unless the medium has not.  NULL at the
 * end of the last volume, or when volumes_verdict() is not VERDICT_GO_ON; and
 * at the end of any volume if not `may_change`.
 */
struct chunk *volumes_next(struct volumes *v, bool may_change);

/*
 * Why the run must end: `want` or an operator refused, memory ran out
 * (reported), or the run was cancelled.
 */
enum verdict volumes_verdict(const struct volumes *v);

/*
 * Go on at another position of the volume read last, in either direction; next
 * comes a chunk from there.  False if the medium cannot, or the volume is known
 * to end before it, or it takes its time to move, as a drive, and would pass
 * over less than `worth` bytes; then nothing has changed.
 */
bool volumes_go_to(struct volumes *v, uint64_t position, uint64_t worth);

/* Is it known of any position whether it is one of the volume? */
bool volumes_knows_end(const struct volumes *v);

/*
 * Go on at the beginning of another volume: next comes its first chunk.  False
 * if it cannot be had; volumes_go_to_volume() of the one before brings that
 * back, or nothing more can be read.
 */
bool volumes_go_to_volume(struct volumes *v, uint32_t number);

/* Can it go to a position of the volume read last, however slowly? */
bool volumes_goes_to(const struct volumes *v);

/* Can it, and fast, on the volume read last? */
bool volumes_seeks(const struct volumes *v);

/*
 * Go to the end of the volume read last: next comes a chunk that ends with its
 * last block, if it is in blocks of DE_TAPE_BLOCK bytes.  False if the medium
 * cannot; then only volumes_close() helps.
 */
bool volumes_go_to_end(struct volumes *v);

/* Read nothing more; now config.pieces are nobody else's. */
void volumes_stop(struct volumes *v);

/* Bytes read from the medium so far, and of it in all; 0: unknown. */
uint64_t volumes_bytes(const struct volumes *v);
uint64_t volumes_size(const struct volumes *v);

#endif
