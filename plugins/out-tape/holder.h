/* SPDX-License-Identifier: BSD-3-Clause */
/* holder.h - which process has a tape drive open */
#ifndef OUT_TAPE_HOLDER_H
#define OUT_TAPE_HOLDER_H

#define HOLDER_BYTES 128

/* "process 123, mt"; if unknown, how the operator can find out. */
void holder_find(const char *device, char text[static HOLDER_BYTES]);

#endif
