/* SPDX-License-Identifier: BSD-3-Clause */
/* kind.h - identify a device without an ext2, ext3 or ext4 filesystem */
#ifndef FS_EXT2_KIND_H
#define FS_EXT2_KIND_H

#include "device.h"

/*
 * Does it begin like such a filesystem, and is not just a journal?  Also true
 * if it cannot be read: then something else will report that.
 */
bool kind_is_filesystem(const struct device *device);

/*
 * Report that it is not one, what it is as far as known (a partition table, a
 * part of a volume group, another filesystem, ...), and which device may be
 * meant.
 */
void kind_refuse(const struct de_host *host, const struct device *device);

#endif
