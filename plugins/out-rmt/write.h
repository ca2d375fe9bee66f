/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * write.h - records in flight, and the end of the medium among them
 *
 * When a record finds no room, the following ones are already in flight, and
 * the remote side may have found room for them: a file takes as much of a
 * record as fits, and a tape drive takes more records after its early warning.
 * So all answers are awaited; then
 *
 *   a tape is moved back over the records that follow the gap;
 *
 *   a file cannot be truncated by any request, and one of the servers does not
 *   say how much of the last record it holds.  So it is rewritten from the
 *   checkpoint, with a planned end after the last record that had room.
 *
 * A volume that has passed filters must have room for their end: a tape is moved
 * back further, a file is rewritten.
 */
#ifndef OUT_RMT_WRITE_H
#define OUT_RMT_WRITE_H

#include "attempts.h"

/* Callbacks; see plugin.h. */
enum de_status out_rmt_write(void *self, const void *record, size_t length);
uint64_t out_rmt_settled(void *self);
enum de_status out_rmt_settle(void *self);
enum de_status out_rmt_shorten(void *self, uint64_t length);

/* Wait until no record is in flight.  Returns false after reporting why. */
bool out_rmt_drain(struct out_rmt *r);

#endif
