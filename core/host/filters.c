/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/filters.h"

#include <stdlib.h>
#include <string.h>

#include "core/host/filter.h"

#define FILTERS_MAX 32
#define WHY_BYTES 1024
#define BEGINNING "filter-"

struct filters {
	struct plugin_registry *registry;
	struct report *rep;
	const atomic_int *cancelled;
	const char *key;
	const struct plugin *plugins[FILTERS_MAX];
	struct option_set *options[FILTERS_MAX];	/* owned */
	size_t count;
	bool failed;
};

static bool
set_key(const struct filters *f, struct option_set *options)
{
	const int index = option_find(options->table, "identity");
	char why[OPTION_WHY_BYTES];

	if (f->key == NULL || index == -1)
		return true;
	const bool ok = options->table[index].type == DE_OPTION_STRINGS ?
	    option_add_text(options, index, f->key, why) :
	    option_put_text(options, index, f->key, why);
	if (!ok)
		report(f->rep, DE_ERROR, "identity: %s", why);
	return ok;
}

/* The first of a name, as for a name in a configuration. */
static bool
is_known(const struct filters *f, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < f->count; i++) {
		const char *other = strrchr(f->plugins[i]->path, '/');
		if (name != NULL && other != NULL && strcmp(name, other) == 0)
			return true;
	}
	return false;
}

static bool
is_filter(const char *path)
{
	const char *name = strrchr(path, '/');

	return name != NULL &&
	    strncmp(name + 1, BEGINNING, strlen(BEGINNING)) == 0;
}

static void
load(void *registry, const char *path)
{
	char why[WHY_BYTES];

	if (is_filter(path))
		(void)plugin_load(registry, path, DE_FILTER, why, sizeof(why));
}

void
filters_load(struct plugin_registry *registry)
{
	plugin_each(load, registry);
}

static void
take(void *arg, const char *path)
{
	struct filters *f = arg;
	char why[WHY_BYTES];

	if (f->count == FILTERS_MAX || !is_filter(path) || is_known(f, path))
		return;
	const struct plugin *plugin = plugin_load(f->registry, path, DE_FILTER,
	    why, sizeof(why));
	if (plugin == NULL) {
		report(f->rep, DE_WARNING, "%s", why);
		return;
	}
	struct option_set *options = option_set_new(plugin->options);
	if (options == NULL)
		report(f->rep, DE_ERROR, "out of memory");
	f->failed = f->failed || options == NULL || !set_key(f, options);
	f->plugins[f->count] = plugin;
	f->options[f->count++] = options;
}

struct filters *
filters_new(struct plugin_registry *registry, struct report *rep,
    const atomic_int *cancelled, const char *key)
{
	struct filters *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	f->registry = registry;
	f->rep = rep;
	f->cancelled = cancelled;
	f->key = key;
	plugin_each(take, f);
	if (!f->failed)
		return f;
	filters_free(f);
	return NULL;
}

void
filters_free(struct filters *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		option_set_free(f->options[i]);
	free(f);
}

struct instance *
filters_find(const struct filters *f, struct report *rep, const void *bytes,
    size_t length, bool *failed)
{
	*failed = false;
	for (size_t i = 0; i < f->count; i++) {
		struct instance *in = instance_new(f->plugins[i],
		    f->options[i], rep, f->cancelled);
		if (in == NULL) {
			*failed = true;
			return NULL;
		}
		if (filter_recognises(in, bytes, length))
			return in;
		instance_free(in);
	}
	return NULL;
}
