/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * decode.h - read an encrypted volume
 *
 * Gives nothing of a chunk before the chunk has been found authentic in its
 * place.  After damage it goes on with the next chunk.
 *
 * Memory: a chunk, sealed and plain.
 */
#ifndef FILTER_AGE_DECODE_H
#define FILTER_AGE_DECODE_H

#include "dumpengine/plugin.h"

struct decoder;

/* Both borrowed.  NULL after a report. */
struct decoder *decode_begin(const struct de_host *host,
    const struct de_filter_input *input, struct de_filter_reading *reading);
void decode_end(struct decoder *d);		/* accepts NULL */

/* Like the callbacks read() and go_to() of a filter. */
enum de_status decode_next(struct decoder *d, void *buffer, size_t room,
    size_t *length);
enum de_status decode_go_to(struct decoder *d, uint64_t offset);

#endif
