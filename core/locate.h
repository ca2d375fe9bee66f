/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * locate.h - where the source of a job is mounted
 *
 * Asked by the supervisor, which lets no source into its own process: a
 * process of its own asks the plugin, and is given up if it takes too long.
 */
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/config.h"

#define LOCATE_BYTES 4096

/*
 * Put the mount point into `path`, "" if there is none.  Returns false, after
 * reporting why, if it cannot be found out.
 */
bool locate_mount_point(const struct plugin_config *source,
    struct report *rep, char path[static LOCATE_BYTES]);

#endif
