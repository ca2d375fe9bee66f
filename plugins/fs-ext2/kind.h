/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kind.h - what a device holds that holds no ext2, ext3 or ext4 filesystem
 */
#ifndef FS_EXT2_KIND_H
#define FS_EXT2_KIND_H

#include "device.h"

/*
 * Does it hold what such a filesystem begins with, and not just its journal?
 * True as well if it cannot be read: then something else will tell.
 */
bool kind_is_filesystem(const struct device *device);

/*
 * Report that it is none, what it is as far as that can be told (a partition
 * table, a part of a volume group, another filesystem, ...), and which device
 * is meant.
 */
void kind_refuse(const struct de_host *host, const struct device *device);

#endif
