/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/filters.h"

#include <stdlib.h>
#include <string.h>

#include "core/host/filter.h"

#define FILTERS_MAX 32
#define WHY_BYTES 1024
#define BEGINNING "filter-"

struct known {
	const struct plugin *plugin;
	const struct option_set *options;
	struct option_set *own;		/* these, if they are ours */
};

struct filters {
	struct plugin_registry *registry;
	struct report *rep;
	const atomic_int *cancelled;
	const char *key;
	struct known list[FILTERS_MAX];
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
		const char *other = strrchr(f->list[i].plugin->path, '/');
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

/* Without options, those that --key sets. */
static void
add(struct filters *f, const struct plugin *plugin,
    const struct option_set *options)
{
	struct known *k = &f->list[f->count++];

	*k = (struct known){ .plugin = plugin, .options = options };
	if (options != NULL)
		return;
	k->options = k->own = option_set_new(plugin->options);
	if (k->own == NULL)
		report(f->rep, DE_ERROR, "out of memory");
	f->failed = f->failed || k->own == NULL || !set_key(f, k->own);
}

static void
add_configured(struct filters *f, const struct plugin_config *list,
    size_t count)
{
	for (size_t i = 0; i < count && f->count < FILTERS_MAX; i++)
		if (!is_known(f, list[i].plugin->path))
			add(f, list[i].plugin, f->key == NULL ?
			    list[i].options : NULL);
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
	add(f, plugin, NULL);
}

struct filters *
filters_new(struct plugin_registry *registry, struct report *rep,
    const atomic_int *cancelled, const char *key,
    const struct plugin_config *configured, size_t count)
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
	add_configured(f, configured, count);
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
		option_set_free(f->list[i].own);
	free(f);
}

struct instance *
filters_find(const struct filters *f, struct report *rep, const void *bytes,
    size_t length, bool *failed)
{
	*failed = false;
	for (size_t i = 0; i < f->count; i++) {
		struct instance *in = instance_new(f->list[i].plugin,
		    f->list[i].options, rep, f->cancelled);
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
