/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * unpack.h - a volume of a compressed dump, as plain bytes
 *
 * Stands before volume_read.h and has the same results.  Where that can go to a
 * byte, unpack_go_to() goes to one of the stream: it looks at the lengths of
 * records on the way, which it does not decompress, and notes where they begin.
 * What it notes costs 8 bytes a record at first, and 512 KiB at most.
 *
 * One thread at a time.
 */
#ifndef CORE_UNPACK_H
#define CORE_UNPACK_H

#include "core/format/dialect.h"
#include "core/volume/volume_read.h"

struct unpack;

/*
 * `volume` is borrowed; `blocking` is c_ntrec, 1 to 1024.  NULL if out of
 * memory.
 */
struct unpack *unpack_new(const struct dialect *d, uint32_t blocking,
    struct volume_read *volume);
void unpack_free(struct unpack *u);

/* The next volume has been opened. */
void unpack_begin(struct unpack *u);

/* These bytes were read from it already: UNPACK_AHEAD at most. */
#define UNPACK_AHEAD VOLUME_READ_ROOM
void unpack_put(struct unpack *u, const uint8_t *bytes, size_t length);

/*
 * After unpack_put(): are its records encrypted?  Dump 0.4b45 and 0.4b46 could
 * be built to do so.  None of the first ones can be decompressed then, though
 * one follows the other.
 */
bool unpack_is_encrypted(struct unpack *u);

/* Room for a record. */
size_t unpack_room(const struct unpack *u);

/*
 * Can it go to a place of the volume that is open?  Not on a drive, not if a
 * record was damaged or of an odd length.
 */
bool unpack_goes(const struct unpack *u);

/*
 * Go to the record with byte `position` of the volume, decompressed; *before
 * bytes of it are before that.  False if that is not to be found, or behind the
 * end of the volume; then it goes on where it was.
 */
bool unpack_go_to(struct unpack *u, uint64_t position, size_t *before);

/* Likewise to the last record; *position is where that begins. */
bool unpack_go_to_end(struct unpack *u, uint64_t *position);

/*
 * As volume_read_next(): as many records as fit into `room`, which is
 * unpack_room() or more.
 */
enum volume_read_result unpack_next(struct unpack *u, uint8_t *buffer,
    size_t room, size_t *length);

#endif
