/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * resource.h - what a path refers to, for name_resources()
 *
 * All paths to the same thing yield one name: links are followed, a device is
 * identified by its number, a tape drive by its own whatever the node's mode,
 * and a file by the directory that holds or would hold it.  Opens and reports
 * nothing: what does not exist is named by its path.
 */
#ifndef PLUGINS_COMMON_RESOURCE_H
#define PLUGINS_COMMON_RESOURCE_H

#include "dumpengine/plugin.h"

/*
 * How many names of later volumes are considered if their number is unlimited.
 */
#define RESOURCE_VOLUMES 16
/* How many of them are locked. */
#define RESOURCE_LOCKED 4

/* The receiver, and the members common to all resources. */
struct resource_taker {
	de_resource_fn *take;
	void *arg;
	uint32_t properties;	/* DE_RESOURCE_... */
	int64_t keeps;		/* see struct de_resource */
};

/*
 * Name what `path` refers to.  Returns DE_OK, also if nothing there could be
 * lost, or the result of `take`.
 */
enum de_status resource_name_path(const struct resource_taker *taker,
    const char *path);

/*
 * Name the volumes of a dump from a list of patterns, the last of which serves
 * for all further volumes.  `name` is called with each volume's name.
 */
typedef enum de_status resource_name_fn(const struct resource_taker *taker,
    const char *name);
enum de_status resource_name_volumes(const struct resource_taker *taker,
    const char *const *patterns, size_t count, const struct de_volume *volume,
    resource_name_fn *name);

#endif
