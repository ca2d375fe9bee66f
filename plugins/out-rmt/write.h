/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * write.h - records on their way, and the end of the medium among them
 *
 * When a record finds no room, those behind it are under way already, and the
 * other side may have found room for them: a file gets the rest of a record as
 * far as it goes, and a tape drive takes further records after its early
 * warning.  So all answers are waited for, and then
 *
 *   a tape is moved back over the records that are on it behind the gap;
 *
 *   a file cannot be made shorter by any request, and one of the servers does
 *   not tell how much of the last record is in it.  It is written again from the
 *   checkpoint, and ends, as planned, with the last record that had room.
 */
#ifndef OUT_RMT_WRITE_H
#define OUT_RMT_WRITE_H

#include "attempts.h"

/* Callbacks; see plugin.h. */
enum de_status out_rmt_write(void *self, const void *record, size_t length);
uint64_t out_rmt_settled(void *self);
enum de_status out_rmt_settle(void *self);

/* Until no record is on its way.  False after reporting why. */
bool out_rmt_drain(struct out_rmt *r);

#endif
