/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plugin.h - find, load and check plugins
 *
 * A loaded plugin holds the engine's own copy of the descriptor, extended to
 * the current size: the rest of the engine never reads memory laid out by an
 * older header.
 */
#ifndef CORE_PLUGIN_H
#define CORE_PLUGIN_H

#include "core/base/report.h"
#include "core/base/trust.h"
#include "dumpengine/plugin.h"

struct plugin {
	char *path;			/* of the shared object */
	const char *noted;		/* the path, kept as note.h requires */
	void *dl;
	struct de_plugin descriptor;	/* a copy that points to these: */
	struct de_source source;
	struct de_output output;
	struct de_eot eot;
	struct de_filter filter;
	struct de_option *options;	/* never NULL */
	const struct trust *trust;	/* borrowed; for the files it runs */
	struct plugin *next;
};

/* The loaded plugins. */
struct plugin_registry;

/*
 * `trust`, borrowed, decides what may be loaded and run; it may be NULL.
 * Returns NULL if out of memory.
 */
struct plugin_registry *plugin_registry_new(struct report *rep,
    const struct trust *trust);

/*
 * Loading or unloading a plugin runs its code, which could end the process.  To
 * protect the caller, another process tries it first.
 */
enum plugin_trial {
	PLUGIN_TRY,		/* try each plugin by itself; the default */
	PLUGIN_IN_TRIAL,	/* this process is trying all of them */
	PLUGIN_TRIED		/* all were tried, successfully */
};
void plugin_registry_set_trial(struct plugin_registry *reg,
    enum plugin_trial trial);
enum plugin_trial plugin_registry_trial(const struct plugin_registry *reg);

/* Unloads all plugins; no instance may be left.  Accepts NULL. */
void plugin_registry_free(struct plugin_registry *reg);

/*
 * Load a plugin by name, looked up in the plugin directories, or by a path
 * containing a slash.  Loading it again returns the same one.  `kind` 0 accepts
 * any kind.  Returns NULL, with a one-line reason in `why`.
 */
const struct plugin *plugin_load(struct plugin_registry *reg, const char *name,
    enum de_kind kind, char *why, size_t why_size);

/* "source", "output", "eot", "filter" */
const char *plugin_kind_name(enum de_kind kind);

/*
 * Call `fn` with the path of each file in the plugin directories that could be
 * a plugin, sorted by name within a directory.
 */
void plugin_each(void (*fn)(void *arg, const char *path), void *arg);

#endif
