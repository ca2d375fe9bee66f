/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flush.h - have the kernel write what it holds back of a mounted filesystem
 */
#ifndef FS_EXT2_FLUSH_H
#define FS_EXT2_FLUSH_H

#include "mounted.h"

/*
 * Have what the kernel holds back for the mounted filesystem `m` written, what
 * is in its journal put in its place, and what was read of the open device or
 * image `fd` before forgotten.  `device` is for messages.  Gives up after
 * `limit` seconds, or when the run is aborted.  What went wrong is reported as
 * a warning.
 */
void flush(const struct de_host *host, const char *device,
    const struct mounted *m, int fd, unsigned int limit);

#endif
