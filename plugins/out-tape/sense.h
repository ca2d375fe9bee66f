/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sense.h - what a drive itself says when it is asked by SCSI
 *
 * For what the st driver has no call for.  A drive, or a system, that does not
 * let itself be asked says nothing.
 */
#ifndef OUT_TAPE_SENSE_H
#define OUT_TAPE_SENSE_H

#include "drive.h"

enum sense {
	SENSE_NOTHING,		/* it does not tell, or it will be ready soon */
	SENSE_GONE,		/* nobody answers for it */
	SENSE_EMPTY,		/* no tape is in it */
	SENSE_OFF_LINE,		/* one is, but it is not loaded */
	SENSE_NEEDS_HAND,	/* somebody has to go there */
	SENSE_OTHER_KIND,	/* it cannot use that tape */
	SENSE_BAD_TAPE,
	SENSE_BROKEN		/* the drive is */
};

/* Why an open drive is not ready. */
enum sense sense_not_ready(struct drive *d);

/* Does it say that its tape is write-protected? */
bool sense_is_write_protected(struct drive *d);

/* What a drive has to complain about (TapeAlert). */
#define SENSE_ALERT_BAD_TAPE 1u
#define SENSE_ALERT_WRITE_PROTECTED 2u
#define SENSE_ALERT_CLEAN 4u
#define SENSE_ALERT_BROKEN 8u

/* These together; 0 if there is nothing or it does not tell.  Clears them. */
uint64_t sense_alerts(struct drive *d);

/* Does it compress?  1, 0, or -1: it does not tell. */
int sense_compression(struct drive *d);

#endif
