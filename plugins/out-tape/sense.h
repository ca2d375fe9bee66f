/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sense.h - query a drive by SCSI commands
 *
 * For what the st driver offers no call for.  Drives and systems that do not
 * support this report nothing.
 */
#ifndef OUT_TAPE_SENSE_H
#define OUT_TAPE_SENSE_H

#include "drive.h"

enum sense {
	SENSE_NOTHING,		/* not reported, or it becomes ready soon */
	SENSE_GONE,		/* the drive does not respond */
	SENSE_EMPTY,		/* there is no tape in the drive */
	SENSE_OFF_LINE,		/* the tape is not loaded */
	SENSE_NEEDS_HAND,	/* needs manual intervention */
	SENSE_OTHER_KIND,	/* incompatible tape */
	SENSE_BAD_TAPE,
	SENSE_BROKEN		/* the drive is */
};

/* Why an open drive is not ready. */
enum sense sense_not_ready(struct drive *d);

/* Does the drive report a write-protected tape? */
bool sense_is_write_protected(struct drive *d);

/* Conditions a drive reports (TapeAlert). */
#define SENSE_ALERT_BAD_TAPE 1u
#define SENSE_ALERT_WRITE_PROTECTED 2u
#define SENSE_ALERT_CLEAN 4u
#define SENSE_ALERT_BROKEN 8u

/* All reported alerts combined; 0 if none or unsupported.  Clears them. */
uint64_t sense_alerts(struct drive *d);

/* Is compression on?  1, 0, or -1: unknown. */
int sense_compression(struct drive *d);

#define SENSE_BARCODE 0x0806u
#define SENSE_SERIAL_NUMBER 0x0401u
#define SENSE_TEXT_BYTES 33

/*
 * A text that the memory of the cartridge has: one of the two above.  "" if it
 * has none, the drive does not tell, or what it tells is no such text.
 */
void sense_medium_text(struct drive *d, unsigned int attribute,
    char text[static SENSE_TEXT_BYTES]);

#endif
