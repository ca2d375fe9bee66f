/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/job_filters.h"

#include <stdlib.h>

#include "core/host/filter.h"
#include "core/volume/filter_compress.h"

/* False after a report, as below. */
static bool
make_one(struct job_filters *f, const struct plugin *plugin,
    const struct option_set *options, struct report *rep,
    const atomic_int *cancelled)
{
	f->items[f->count] = instance_new(plugin, options, rep, cancelled);
	if (f->items[f->count] != NULL) {
		f->count++;
		return true;
	}
	report(rep, DE_ERROR, "%s could not be set up",
	    plugin->descriptor.name);
	return false;
}

/* Instead of filters. */
static bool
make_compression(struct job_filters *f, int level, struct report *rep,
    const atomic_int *cancelled)
{
	char why[OPTION_WHY_BYTES];

	f->options = option_set_new(filter_compress_options);
	if (f->options == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return false;
	}
	option_put_number(f->options, option_find(filter_compress_options,
	    "level"), level, why);
	return make_one(f, &filter_compress, f->options, rep, cancelled);
}

bool
job_filters_make(struct job_filters *f, const struct job_config *config,
    struct report *rep, const atomic_int *cancelled)
{
	const bool compresses = config->settings.compress;
	const size_t count = config->filter_count + compresses;

	*f = (struct job_filters){ NULL, 0, NULL };
	if (count == 0)
		return true;
	f->items = calloc(count, sizeof(struct instance *));
	if (f->items == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return false;
	}
	for (size_t i = 0; i < config->filter_count; i++)
		if (!make_one(f, config->filters[i].plugin,
		    config->filters[i].options, rep, cancelled))
			return false;
	return !compresses || make_compression(f,
	    config->settings.compress_level, rep, cancelled);
}

void
job_filters_free(struct job_filters *f)
{
	for (size_t i = 0; i < f->count; i++)
		instance_free(f->items[i]);
	free(f->items);
	option_set_free(f->options);
	*f = (struct job_filters){ NULL, 0, NULL };
}

bool
job_filters_compress(const struct job_filters *f)
{
	return f->options != NULL;
}

bool
job_filters_check(const struct job_filters *f)
{
	bool ok = true;

	for (size_t i = 0; i < f->count; i++)
		ok = filter_check(f->items[i]) == DE_OK && ok;
	return ok;
}
