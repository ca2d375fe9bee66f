/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * resources.h - the resources that a plugin says it uses
 *
 * The supervisor asks before a run, in a separate process for each plugin: a
 * crash or hang there ends only that process.
 */
#ifndef CORE_RESOURCES_H
#define CORE_RESOURCES_H

#include "core/host/instance.h"
#include "core/base/signals.h"

/* See struct de_resource; texts are owned. */
struct resource {
	uint32_t properties;
	int64_t keeps;
	char *name;
	char *text;
	char *node;		/* NULL: none */
};

struct resources {		/* zero-initialised: empty */
	struct resource *items;	/* owned */
	size_t count;
};

/*
 * Add what the output or EOT handler `config` names for a dump that begins with
 * `volume`; nothing if it has no such callback.  Returns false after reporting
 * why it could not be asked, or silently when the run is being aborted.
 */
bool resources_ask(struct resources *resources,
    const struct plugin_config *config, const struct de_volume *volume,
    struct report *rep, const struct signals *signals);

void resources_free(struct resources *resources);

#endif
