/* SPDX-License-Identifier: BSD-3-Clause */
/* flush.h - make the kernel write back a mounted filesystem */
#ifndef FS_EXT2_FLUSH_H
#define FS_EXT2_FLUSH_H

#include "mounted.h"

/*
 * Write back the dirty data of the mounted filesystem `m`, checkpoint its
 * journal, and drop cached pages of the open device or image `fd`.  `device` is
 * for messages.  Gives up after `limit` seconds or when the run is aborted.
 * Failures are reported as warnings.
 */
void flush(const struct de_host *host, const char *device,
    const struct mounted *m, int fd, unsigned int limit);

#endif
