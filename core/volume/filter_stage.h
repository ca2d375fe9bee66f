/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter_stage.h - the pieces of one filter of a volume
 *
 * Gathers bytes into pieces, has them encoded by the threads of a pool, and
 * passes them on in order.  The last pieces are kept, so that the stage can go
 * back to any byte in them: the end of a volume is where the medium ends.
 *
 * Pieces have numbers from 0.  first <= put <= open:
 *
 *   first to put   encoded and passed on, but kept
 *   put to open    being encoded
 *   open           being filled
 *
 * Memory: the plain bytes of these pieces, and, for those being encoded, room
 * for what comes out.
 *
 * One thread at a time.
 */
#ifndef CORE_FILTER_STAGE_H
#define CORE_FILTER_STAGE_H

#include "core/volume/filter_pool.h"

struct filter_stage;

/* What a stage passes bytes on to; like de_put_fn, or DE_END_OF_VOLUME. */
struct filter_next {
	enum de_status (*put)(void *arg, const void *bytes, size_t length);
	void *arg;
};

/* Borrowed.  NULL if out of memory. */
struct filter_stage *filter_stage_new(const struct instance *filter);
void filter_stage_free(struct filter_stage *stage);

/* The filter was asked to write a volume so. */
const struct de_filter_plan *filter_stage_plan(
    const struct filter_stage *stage);

/*
 * Begin a volume: the filter makes its plan and its head.  Forgets an earlier
 * volume.  `is_apart`: no piece depends on being the last.  DE_OK, or DE_FAILED
 * after a report.
 */
enum de_status filter_stage_begin(struct filter_stage *stage,
    const struct de_volume *volume, const char *mark, bool is_apart,
    const struct filter_next *next);

/* Pass on the head.  Returns like filter_stage_put(). */
enum de_status filter_stage_put_head(struct filter_stage *stage);

/*
 * Have room for `kept` pieces beside those that are being encoded, of which
 * there are `in_flight` at most.  False if out of memory.
 */
bool filter_stage_set_room(struct filter_stage *stage,
    struct filter_pool *pool, unsigned int in_flight, uint64_t kept);

/* The filter forgets the volume; the pool must have been freed. */
void filter_stage_forget(struct filter_stage *stage);

/*
 * Take bytes, which may pass on some.  DE_OK, DE_END_OF_VOLUME from the next,
 * or DE_FAILED, after a report.
 */
enum de_status filter_stage_put(void *stage, const void *bytes,
    size_t length);

/* Pass on all pieces that are being encoded.  Returns like that. */
enum de_status filter_stage_drain(struct filter_stage *stage);

/* Pass on all pieces, the last one as such; then the tail, `room` bytes. */
enum de_status filter_stage_end_pieces(struct filter_stage *stage);
enum de_status filter_stage_put_tail(struct filter_stage *stage,
    uint64_t room);

/*
 * Forget all bytes from `offset` on; sets *passed to the bytes passed on.  *kept
 * becomes false if they are no longer kept.
 */
enum de_status filter_stage_go_back(struct filter_stage *stage,
    uint64_t offset, uint64_t *passed, bool *kept);

/* Pieces before that one are not gone back to. */
void filter_stage_release(struct filter_stage *stage, uint64_t number);

uint64_t filter_stage_first(const struct filter_stage *stage);
uint64_t filter_stage_next_put(const struct filter_stage *stage);
uint64_t filter_stage_at(const struct filter_stage *stage);	/* bytes taken */
uint64_t filter_stage_passed(const struct filter_stage *stage);	/* passed on */

/* Of a piece that is kept: where it begins and ends among the bytes passed on. */
uint64_t filter_stage_begin_of(const struct filter_stage *stage,
    uint64_t number);
uint64_t filter_stage_end_of(const struct filter_stage *stage,
    uint64_t number);

/* Bytes of the tail of a volume of so many pieces. */
uint64_t filter_stage_tail(const struct filter_stage *stage, uint64_t pieces);

#endif
