/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * descriptors.h - no file gets the number of a standard descriptor
 */
#ifndef CORE_DESCRIPTORS_H
#define CORE_DESCRIPTORS_H

/*
 * Open those that are closed.  If a standard descriptor were closed, the next
 * file opened would get its number, and messages could end up in the dump.  It
 * is /dev/null, for reading only, so that writing to it fails.
 */
void descriptors_occupy(void);

#endif
