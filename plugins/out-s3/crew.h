/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crew.h - the threads that send the parts of an upload
 *
 * Started as parts come, up to a limit.  Parts are sent in any order.  After the
 * first failure nothing more is begun.
 */
#ifndef OUT_S3_CREW_H
#define OUT_S3_CREW_H

#include "request.h"

struct crew;

/* A part; owned by the crew once it is given to it. */
struct crew_part {
	uint32_t number;	/* from 1 */
	uint8_t *bytes;		/* owned */
	size_t length, room;
	struct crew_part *next;
};

/*
 * `client` and `place` are borrowed.  With `is_locked`, each part has an MD5 as
 * well, which stores ask for then.  NULL if out of memory.
 */
struct crew *crew_new(const struct client *client, const struct place *place,
    uint32_t threads, bool is_locked);

/* Stops all requests, joins the threads, and frees everything. */
void crew_free(struct crew *c);

/*
 * Wait until no more than `most` parts are in memory, apart from the caller's.
 * Reports what the threads have noted.  False: a part has failed, or the run is
 * ending.
 */
bool crew_wait(struct crew *c, uint32_t most);

/* A part to be filled.  NULL if out of memory. */
struct crew_part *crew_part_new(uint32_t number, size_t room);
void crew_part_free(struct crew_part *part);

/* Send it, as part of that upload.  False if out of memory; it is freed. */
bool crew_send(struct crew *c, const char *upload, struct crew_part *part);

/* The store's tag of a part that was sent; valid as long as the crew. */
const char *crew_tag(const struct crew *c, uint32_t number);

/* Why a part failed. */
enum de_failure crew_failure(struct crew *c);

#endif
