/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * find_device.h - what the device of a source is, and where it is mounted
 *
 * Asked by the supervisor, which lets no source into its own process: a
 * process of its own asks the plugin, and is given up if it takes too long.
 */
#ifndef CORE_FIND_DEVICE_H
#define CORE_FIND_DEVICE_H

#include "core/host/instance.h"

#define FIND_DEVICE_BYTES 4096

struct found_device {
	char device[FIND_DEVICE_BYTES];	/* as the source itself would call it */
	char mount_point[FIND_DEVICE_BYTES];	/* "" if it is not mounted */
};

/* Returns false, after reporting why, if it cannot be found out. */
bool find_device(const struct plugin_config *source, struct report *rep,
    struct found_device *found);

#endif
