/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/job_filters.h"

#include <stdlib.h>

#include "core/host/filter.h"

bool
job_filters_make(struct job_filters *f, const struct job_config *config,
    struct report *rep, const atomic_int *cancelled)
{
	*f = (struct job_filters){ NULL, 0 };
	if (config->filter_count == 0)
		return true;
	f->items = calloc(config->filter_count, sizeof(struct instance *));
	if (f->items == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return false;
	}
	for (; f->count < config->filter_count; f->count++) {
		const struct plugin_config *c = &config->filters[f->count];
		f->items[f->count] = instance_new(c->plugin, c->options, rep,
		    cancelled);
		if (f->items[f->count] == NULL) {
			report(rep, DE_ERROR, "%s could not be set up",
			    c->plugin->descriptor.name);
			return false;
		}
	}
	return true;
}

void
job_filters_free(struct job_filters *f)
{
	for (size_t i = 0; i < f->count; i++)
		instance_free(f->items[i]);
	free(f->items);
	*f = (struct job_filters){ NULL, 0 };
}

bool
job_filters_check(const struct job_filters *f)
{
	bool ok = true;

	for (size_t i = 0; i < f->count; i++)
		ok = filter_check(f->items[i]) == DE_OK && ok;
	return ok;
}
