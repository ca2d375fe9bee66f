/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reel.h - what a tape on another host holds
 *
 * rmt reports neither the position of a tape nor the end of data: both are
 * found by reading and winding.  Everything from where a volume begins will be
 * lost, so each file from there on is examined.
 */
#ifndef OUT_RMT_REEL_H
#define OUT_RMT_REEL_H

#include "../common/keep.h"
#include "remote.h"

/*
 * May a volume be written?  The drive is open for reading.  The volume is to
 * begin at the beginning of the tape, or, without `rewind`, at its position: at
 * the beginning of a file or after the last.  The tape is left there in any
 * case.
 *
 * Returns false after reporting why not; keep->failure is the reason, or
 * DE_FAILURE_OTHER for a failure of the connection or remote->error.
 */
bool reel_judge(struct remote *remote, bool rewind, struct keep *keep);

/*
 * Go back to that file of the tape, counted from 0, where an attempt to write
 * the volume began.  False after reporting why; keep->failure is set if
 * something else is there.
 */
bool reel_return(struct remote *remote, uint32_t file, struct keep *keep);

#endif
