/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * read_ahead.h - chunks of the open volume, read ahead in a thread
 *
 * After read_ahead_go_to() it reads small pieces itself, in the caller's
 * thread, so that jumping from header to header is cheap; it starts the thread
 * again when the caller reads on without jumping.
 *
 * One thread calls it; the other is its own.
 */
#ifndef CORE_READ_AHEAD_H
#define CORE_READ_AHEAD_H

#include "core/read/pieces.h"
#include "core/read/unpack.h"
#include "core/volume/volume_read.h"

struct read_ahead;

/* Both are borrowed.  NULL if out of memory, or without a thread. */
struct read_ahead *read_ahead_new(struct chunk_pool *pool,
    struct volume_read *volume);

/* Ends the pool.  Accepts NULL. */
void read_ahead_free(struct read_ahead *ra);

/*
 * The volume is compressed, and so are all later ones.  Borrowed.  To be called
 * after the first chunk, whose bytes `unpack` has been given.
 */
void read_ahead_unpack(struct read_ahead *ra, struct unpack *unpack);

/*
 * `pieces` is shown every chunk, as it is read from now on.  Borrowed; while
 * nothing is read ahead.
 */
void read_ahead_watch(struct read_ahead *ra, struct pieces *pieces);

/*
 * Volume `number` has just been opened: forget the one before.  Nothing is read
 * before read_ahead_next().
 */
void read_ahead_begin(struct read_ahead *ra, uint32_t number);

/*
 * The next chunk, held for the caller; `lost` is set, and `begins_volume` is
 * not.  It may be empty, where something is lost at the end.  NULL at the end
 * of the volume, if it cannot be read any further, or if out of memory.
 */
struct chunk *read_ahead_next(struct read_ahead *ra);
bool read_ahead_is_out_of_memory(struct read_ahead *ra);

/* Can read_ahead_go_to() move, and fast? */
bool read_ahead_seeks(struct read_ahead *ra);

/* As volumes_go_to(). */
bool read_ahead_go_to(struct read_ahead *ra, uint64_t position,
    uint64_t worth);

/* As volumes_go_to_end(). */
bool read_ahead_go_to_end(struct read_ahead *ra);

/* Read nothing more, and forget what was read ahead. */
void read_ahead_stop(struct read_ahead *ra);

/* Bytes of the volume up to which the medium was read. */
uint64_t read_ahead_position(struct read_ahead *ra);

#endif
