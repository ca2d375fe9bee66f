/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * upload.h - a volume on its way to the store
 *
 * Bytes are gathered into parts, which threads send while the next is gathered.
 * A part is kept until the store has acknowledged it, with its digest, so
 * parts_in_memory() of them are what this costs.  A volume of less than a part
 * is sent as a whole at its end.  The object appears when it is completed, and
 * never replaces another one.
 *
 * Every object carries a random mark, by which it is recognised when the answer
 * to its completion is lost.
 *
 * Called by one thread of the engine at a time; it reports all errors.
 */
#ifndef OUT_S3_UPLOAD_H
#define OUT_S3_UPLOAD_H

#include "object.h"

#define UPLOAD_PARALLEL_MAX 64

struct upload;

/* All borrowed; must outlive the upload. */
struct upload_config {
	const struct client *client;
	const struct place *place;
	const char *state_dir;		/* for ledger.h */
	const char *store;		/* its name there */
	uint64_t part_size;		/* bytes of the first part */
	uint32_t parallel;		/* parts in flight */
	const struct sigv4_pair *headers;	/* of the object, such as its
						   storage class */
	size_t header_count;
	bool is_locked;			/* one of them is a retention */
};

/* NULL if out of memory (reported).  Sends nothing. */
struct upload *upload_new(const struct upload_config *config);

/* DE_OK: they have been copied; DE_FAILED, or the run is ending. */
enum de_status upload_write(struct upload *u, const void *bytes,
    size_t length);

/*
 * All has been written: complete the object, and see that it is there.  Also
 * DE_OK if that has been done.
 */
enum de_status upload_complete(struct upload *u);

/*
 * Give it up: end the upload, or remove the object if it is complete.  Tries
 * for some seconds; an upload that it cannot end is left to the next run.
 */
void upload_discard(struct upload *u);

/* Why the last call failed. */
enum de_failure upload_failure(const struct upload *u);

/* Bytes written. */
uint64_t upload_bytes(const struct upload *u);

/* Frees it; one that is neither complete nor discarded is discarded. */
void upload_free(struct upload *u);

#endif
