/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * earlier.h - what the target has already
 *
 * The first tape block of a file is fetched before the file is emptied, as no rmt
 * could give it back; a tape is looked through before it is opened for writing.
 */
#ifndef OUT_RMT_EARLIER_H
#define OUT_RMT_EARLIER_H

#include "attempts.h"

/*
 * May what the target holds be overwritten by the volume?  `for_good`: it will
 * be, so that nothing builds on it any more.  Leaves a connection that has
 * nothing open, and a tape where the volume begins.  False after reporting why
 * not; r->refusal is the reason, if it is what the target holds.
 */
bool out_rmt_let_go(struct out_rmt *r, const struct de_volume *volume,
    bool for_good);

#endif
