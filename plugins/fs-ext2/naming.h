/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * naming.h - from what a device is called in the configuration to its node
 *
 * A path of a block device or an image file stands for itself.  LABEL=, UUID=,
 * PARTLABEL= and PARTUUID= are looked for among the devices there are; a folder
 * is one that something is mounted on, or that /etc/fstab knows; so is what there
 * is nothing of that name of.
 */
#ifndef FS_EXT2_NAMING_H
#define FS_EXT2_NAMING_H

#include "dumpengine/plugin.h"

/*
 * The path of what `text` means, to be freed; NULL after reporting that it
 * means nothing, with the device that may have been meant.  The path need not
 * exist, nor be that of a device.
 */
char *naming_resolve(const struct de_host *host, const char *text);

#endif
