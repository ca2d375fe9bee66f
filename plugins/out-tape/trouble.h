/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trouble.h - diagnose a drive or tape and advise the operator
 *
 * An errno value says little: a drive that was switched off, a removed tape, a
 * write-protected tape and a bad one yield the same.  So the drive is queried,
 * and each cause has its own message.
 */
#ifndef OUT_TAPE_TROUBLE_H
#define OUT_TAPE_TROUBLE_H

#include "drive.h"

/*
 * Report that `what` failed (NULL: the state of the drive says it all) with
 * `error`, the cause as far as the drive reports it, and what to do.  Sets
 * d->failure.  Returns DE_FAILED.
 */
enum de_status trouble_tell(struct drive *d, const char *what, int error);

/*
 * After a read failed with `error`: is it the tape that is bad at this place,
 * so that what comes after it may be read?  If so, reports `what` and the
 * cause, or nothing if `what` is NULL; otherwise reports as trouble_tell() does.
 */
bool trouble_is_passable(struct drive *d, const char *what, int error);

#endif
