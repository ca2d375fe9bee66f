/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fetch.h - read a volume from another host, to restore it
 *
 * Of a file, as much as a window holds is requested ahead, so that latency does
 * not slow it down; of a tape one record, as more would run past the file mark.
 * The rmts of dump and of tar expect the arguments of a seek in opposite
 * orders; a request that is harmless in both finds out which, if any.
 */
#ifndef OUT_RMT_FETCH_H
#define OUT_RMT_FETCH_H

#include "remote.h"
#include "tape_place.h"

struct fetch;

struct fetch_config {
	struct remote *remote;		/* borrowed; connected, and open for
					   reading */
	bool is_tape;
	uint32_t unit;			/* bytes that a read error of a file
					   takes along; 0: as usual */
	int64_t reconnect_attempts;	/* one after the other */
	struct tape_place *place;	/* borrowed; where a tape is */
};

/* NULL after reporting why. */
struct fetch *fetch_new(const struct fetch_config *config);

/* Ends the connection.  Accepts NULL. */
void fetch_free(struct fetch *f);

/* Fill in the properties and the size. */
void fetch_describe(const struct fetch *f, struct de_reading *about);

/* As in de_output. */
enum de_status fetch_next(struct fetch *f, void *buffer, size_t room,
    size_t *length);
enum de_status fetch_tell(const struct fetch *f, uint64_t *position);
enum de_status fetch_go_to(struct fetch *f, uint64_t position);

#endif
