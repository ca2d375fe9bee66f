/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fetch.h - read an object in ranges, ahead of who reads it
 *
 * After each jump little is fetched ahead, then half of what has been read since,
 * so that a single file costs little more than its bytes.  Up to `parallel` ranges of
 * FETCH_RANGE_MAX bytes are fetched at a time.
 *
 * Called by one thread of the engine at a time; it reports all errors.
 */
#ifndef OUT_S3_FETCH_H
#define OUT_S3_FETCH_H

#include "request.h"

#define FETCH_RANGE_MIN (64u << 10)
#define FETCH_RANGE_MAX (8u << 20)

struct fetch;

/*
 * Open an object.  `client` and `place` are borrowed.  NULL after reporting why,
 * with *failure set.
 */
struct fetch *fetch_open(const struct client *client,
    const struct place *place, uint32_t parallel, enum de_failure *failure);
void fetch_close(struct fetch *f);

uint64_t fetch_size(const struct fetch *f);

/* Its version, or "".  Until when it is locked, or "". */
const char *fetch_version(const struct fetch *f);
const char *fetch_locked_until(const struct fetch *f);

/* As in de_output. */
enum de_status fetch_next(struct fetch *f, void *buffer, size_t room,
    size_t *length);
uint64_t fetch_tell(const struct fetch *f);
void fetch_go_to(struct fetch *f, uint64_t position);

#endif
