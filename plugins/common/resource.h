/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * resource.h - what a path leads to, for name_resources()
 *
 * Two paths of one thing give one name: links are followed, a device is known
 * by its number, a tape drive by its own whatever the node's mode, and a file by
 * the folder that it is in or would be in.  Opens nothing, and reports nothing:
 * what is not there is named by its path.
 */
#ifndef PLUGINS_COMMON_RESOURCE_H
#define PLUGINS_COMMON_RESOURCE_H

#include "dumpengine/plugin.h"

/* As many names of later volumes are looked at, if there is no end of them. */
#define RESOURCE_VOLUMES 16
/* And so many of them are locked. */
#define RESOURCE_LOCKED 4

/* Where it goes, and what is the same for all of it. */
struct resource_taker {
	de_resource_fn *take;
	void *arg;
	uint32_t properties;	/* DE_RESOURCE_... */
	int64_t keeps;		/* see struct de_resource */
};

/*
 * Name what `path` leads to.  DE_OK, also if it is nothing that could be lost;
 * or what the taker returned.
 */
enum de_status resource_name_path(const struct resource_taker *taker,
    const char *path);

/*
 * Name the volumes of a dump by a list of patterns, the last of which serves for
 * all that follow: `name` is called with the name of each.
 */
typedef enum de_status resource_name_fn(const struct resource_taker *taker,
    const char *name);
enum de_status resource_name_volumes(const struct resource_taker *taker,
    const char *const *patterns, size_t count, const struct de_volume *volume,
    resource_name_fn *name);

#endif
