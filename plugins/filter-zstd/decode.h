/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * decode.h - read a volume of zstd frames
 *
 * A frame of known length is decoded as a whole, and none of it is given before
 * its checksum has been verified.  After damage, it goes on with the next frame:
 * the one that the seek table names, or that comes behind the damaged one, or
 * else the next that can be found.
 *
 * A frame that does not tell its length, or has more than DECODE_FRAME_MAX, as
 * zstd(1) makes them of large files, is decoded piece by piece; if it is
 * damaged, so is all of the rest.
 *
 * Memory: a frame, encoded and decoded, and the seek table.
 */
#ifndef FILTER_ZSTD_DECODE_H
#define FILTER_ZSTD_DECODE_H

#include "dumpengine/plugin.h"

#define DECODE_FRAME_MAX (UINT64_C(128) << 20)

struct decoder;

/* Do zstd frames begin there, perhaps behind some to be skipped? */
bool decode_recognises(const uint8_t *bytes, size_t length);

/* Both borrowed.  NULL after a report. */
struct decoder *decode_begin(const struct de_host *host,
    const struct de_filter_input *input, struct de_filter_reading *reading);
void decode_end(struct decoder *d);		/* accepts NULL */

/* Like the callbacks read() and go_to() of a filter. */
enum de_status decode_next(struct decoder *d, void *buffer, size_t room,
    size_t *length);
enum de_status decode_go_to(struct decoder *d, uint64_t offset);

#endif
