/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * naming.h - resolve a device name from the configuration to its node
 *
 * The path of a block device or an image file stands for itself.  LABEL=,
 * UUID=, PARTLABEL= and PARTUUID= are looked up among the existing devices.  A
 * directory must be a mount point, or be listed in /etc/fstab; so must a name
 * that does not exist.
 */
#ifndef FS_EXT2_NAMING_H
#define FS_EXT2_NAMING_H

#include "dumpengine/plugin.h"

/*
 * The path that `text` refers to, which the caller frees; NULL after reporting
 * that it refers to nothing, with the device possibly meant.  The path need not
 * exist or be a device.
 */
char *naming_resolve(const struct de_host *host, const char *text);

#endif
