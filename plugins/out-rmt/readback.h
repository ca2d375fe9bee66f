/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * readback.h - read a volume back, for verify
 *
 * It comes from the remote host's disk or memory: no request can make sure that
 * it has been stored.
 */
#ifndef OUT_RMT_READBACK_H
#define OUT_RMT_READBACK_H

#include "attempts.h"

/* As de_output.begin_readback() and read_record(). */
enum de_status out_rmt_begin_readback(void *self);
enum de_status out_rmt_read_back(void *self, void *buffer, size_t room,
    size_t *length);

/* Receive the answers to reads that are no longer needed. */
bool out_rmt_end_readback(struct out_rmt *r);

#endif
