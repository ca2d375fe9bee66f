/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * readback.h - a volume comes back, for verify
 *
 * The other machine gives it from its disk or its memory, as it likes: no
 * request tells it to make sure.
 */
#ifndef OUT_RMT_READBACK_H
#define OUT_RMT_READBACK_H

#include "attempts.h"

/* Callbacks; see plugin.h. */
enum de_status out_rmt_begin_readback(void *self);
enum de_status out_rmt_read_back(void *self, void *buffer, size_t room,
    size_t *length);

/* Take the answers to what was not read any more. */
bool out_rmt_end_readback(struct out_rmt *r);

#endif
