/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plugin.h - find, load and check plugins
 *
 * A loaded plugin is the engine's own copy of its descriptor, brought to
 * today's size, so that the rest of the engine never looks at the memory of
 * a plugin built against another header.
 */
#ifndef CORE_PLUGIN_H
#define CORE_PLUGIN_H

#include "core/base/report.h"
#include "core/base/trust.h"
#include "dumpengine/plugin.h"

struct plugin {
	char *path;			/* of the shared object */
	const char *noted;		/* the same, as note.h asks for it */
	void *dl;
	struct de_plugin descriptor;	/* a copy; its pointers lead here: */
	struct de_source source;
	struct de_output output;
	struct de_eot eot;
	struct de_option *options;	/* never NULL */
	const struct trust *trust;	/* borrowed; for what it runs */
	struct plugin *next;
};

/* The plugins that have been loaded. */
struct plugin_registry;

/*
 * `trust`, borrowed, says what may be loaded and run; it may be NULL.  Returns
 * NULL if out of memory.
 */
struct plugin_registry *plugin_registry_new(struct report *rep,
    const struct trust *trust);

/*
 * What a plugin does when it is loaded, and unloaded, could end the process.
 * Where that must not be, another process tries it first.
 */
enum plugin_trial {
	PLUGIN_TRY,		/* for each plugin; so it is at first */
	PLUGIN_IN_TRIAL,	/* this is the other process, for all of them */
	PLUGIN_TRIED		/* which went well */
};
void plugin_registry_set_trial(struct plugin_registry *reg,
    enum plugin_trial trial);
enum plugin_trial plugin_registry_trial(const struct plugin_registry *reg);

/* Unloads all; no instance may be left.  Takes NULL. */
void plugin_registry_free(struct plugin_registry *reg);

/*
 * Load a plugin by name (looked up in the plugin folders) or by a path with a
 * slash; a second time gives the same one.  `kind` 0 takes any.  Returns NULL
 * with the reason, one line, in `why`.
 */
const struct plugin *plugin_load(struct plugin_registry *reg, const char *name,
    enum de_kind kind, char *why, size_t why_size);

/* "source", "output", "eot" */
const char *plugin_kind_name(enum de_kind kind);

/*
 * Call `fn` for the path of each file in the plugin folders that could be a
 * plugin, sorted by name within a folder.
 */
void plugin_each(void (*fn)(void *arg, const char *path), void *arg);

#endif
