/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reel.h - what a tape of another machine holds
 *
 * rmt tells neither where a tape stands nor that all data end there: that is
 * found out by reading and winding.  All that is at the place where a volume
 * begins, and behind it, will be lost, so each file from there on is judged.
 */
#ifndef OUT_RMT_REEL_H
#define OUT_RMT_REEL_H

#include "../common/keep.h"
#include "remote.h"

/*
 * May a volume be written?  The drive is open for reading; the volume is to
 * begin at the beginning of the tape, or, without `rewind`, where it stands: at
 * the beginning of a file, or behind all of them.  The tape is left there, also
 * if not.
 *
 * False after reporting why not; keep->failure is the reason then, or
 * DE_FAILURE_OTHER with that of the connection or of remote->error.
 */
bool reel_judge(struct remote *remote, bool rewind, struct keep *keep);

#endif
