/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter.h - the callbacks of a filter
 *
 * As in dumpengine/plugin.h, with defaults for those the plugin lacks, and with
 * their results checked.
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include "core/host/instance.h"

/* Bytes of a piece, and of what begin_volume() puts. */
#define FILTER_PIECE_MIN 1024u
#define FILTER_PIECE_MAX (128u << 20)
#define FILTER_HEAD_MAX (64u << 10)

/* DE_OK if the plugin lacks the callback. */
enum de_status filter_check(const struct instance *in);

/*
 * DE_OK: *plan is possible, and threads is 1 or more.  A status of `put` other
 * than DE_OK becomes DE_FAILED.
 */
enum de_status filter_begin_volume(const struct instance *in,
    const struct de_volume *volume, const char *mark,
    struct de_filter_plan *plan, de_put_fn *put, void *arg);

/* DE_OK: `room` bytes or fewer were filled.  Any thread. */
enum de_status filter_encode(const struct instance *in,
    const struct de_filter_piece *piece, void *out, size_t room,
    size_t *length);

/* DE_OK if the plugin lacks the callback. */
enum de_status filter_piece_done(const struct instance *in, uint64_t number,
    size_t plain, size_t encoded);

/* Complete the volume; or forget it. */
enum de_status filter_end_volume(const struct instance *in, uint64_t room,
    de_put_fn *put, void *arg);
void filter_forget_volume(const struct instance *in);

bool filter_recognises(const struct instance *in, const void *bytes,
    size_t length);
enum de_status filter_open_reading(const struct instance *in,
    const struct de_filter_input *input, struct de_filter_reading *reading);
/* DE_OK: 1 to `room` bytes were read. */
enum de_status filter_read(const struct instance *in, void *buffer,
    size_t room, size_t *length);
/* DE_FAILED if the plugin lacks the callback. */
enum de_status filter_go_to(const struct instance *in, uint64_t offset);
void filter_close_reading(const struct instance *in);

#endif
