/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * describe.h - what a drive tells of itself and of its tape, for the operator
 */
#ifndef OUT_TAPE_DESCRIBE_H
#define OUT_TAPE_DESCRIBE_H

#include "drive.h"

#define DESCRIPTION_BYTES 256

/*
 * Density, block size, compression and position of an open drive, as far as
 * it tells; "" if nothing.
 */
void describe_drive(struct drive *d, char text[static DESCRIPTION_BYTES]);

/* How many errors it has put right by itself since they were last asked for. */
unsigned int describe_soft_errors(struct drive *d);

#endif
