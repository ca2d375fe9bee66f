/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * find_device.h - find the device of a source and where it is mounted
 *
 * The supervisor loads no source into its own process: a separate process asks
 * the plugin, and is killed if it takes too long.
 */
#ifndef CORE_FIND_DEVICE_H
#define CORE_FIND_DEVICE_H

#include "core/host/instance.h"

#define FIND_DEVICE_BYTES 4096

struct found_device {
	char device[FIND_DEVICE_BYTES];	/* the source's name for it */
	char mount_point[FIND_DEVICE_BYTES];	/* "" if it is not mounted */
};

/* Returns false after reporting why they could not be determined. */
bool find_device(const struct plugin_config *source, struct report *rep,
    struct found_device *found);

#endif
