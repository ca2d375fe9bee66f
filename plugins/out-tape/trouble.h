/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trouble.h - what is wrong with a drive or its tape, and what helps
 *
 * An error number says little: a drive that was switched off, one whose tape
 * was taken out, a write-protected tape and a bad one give the same.  So the
 * drive is asked, and each gets a sentence of its own.
 */
#ifndef OUT_TAPE_TROUBLE_H
#define OUT_TAPE_TROUBLE_H

#include "drive.h"

/*
 * Report that `what` went wrong (NULL: the state of the drive says it all), by
 * `error`, why, as far as the drive tells, and what to do.  d->failure becomes
 * the reason.  Returns DE_FAILED.
 */
enum de_status trouble_tell(struct drive *d, const char *what, int error);

#endif
