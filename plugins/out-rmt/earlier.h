/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * earlier.h - what the target already holds
 *
 * The first tape block of a file is read before the file is truncated, as no
 * rmt could restore it; a tape is examined before it is opened for writing.
 */
#ifndef OUT_RMT_EARLIER_H
#define OUT_RMT_EARLIER_H

#include "attempts.h"

/*
 * May the volume overwrite what the target holds?  `for_good`: it will, so no
 * dump may depend on that any more.  Leaves a connection with nothing open, and
 * a tape where the volume begins.  Returns false after reporting why not;
 * r->refusal is the reason if that is what the target holds.
 */
bool out_rmt_let_go(struct out_rmt *r, const struct de_volume *volume,
    bool for_good);

#endif
