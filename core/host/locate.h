/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * locate.h - what the device of a source is, and where it is mounted
 *
 * Asked by the supervisor, which lets no source into its own process: a
 * process of its own asks the plugin, and is given up if it takes too long.
 */
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/host/instance.h"

#define LOCATE_BYTES 4096

struct located {
	char device[LOCATE_BYTES];	/* as the source itself would call it */
	char mount_point[LOCATE_BYTES];	/* "" if it is not mounted */
};

/* Returns false, after reporting why, if it cannot be found out. */
bool locate(const struct plugin_config *source, struct report *rep,
    struct located *found);

#endif
