/* SPDX-License-Identifier: BSD-3-Clause */
/* describe.h - describe a drive and its tape to the operator */
#ifndef OUT_TAPE_DESCRIBE_H
#define OUT_TAPE_DESCRIBE_H

#include "drive.h"

#define DESCRIPTION_BYTES 256

/*
 * Density, block size, compression and position of an open drive, as far as it
 * reports them; "" if none.
 */
void describe_drive(struct drive *d, char text[static DESCRIPTION_BYTES]);

/* How many errors the drive has corrected since the last call. */
unsigned int describe_soft_errors(struct drive *d);

#endif
