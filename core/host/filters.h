/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filters.h - the filters that are installed, to read volumes with
 *
 * Which filters a volume has passed is seen from its bytes, so all that could
 * have written it are loaded: the plugins whose names begin with "filter-".
 *
 * Loading a plugin forks, so filters_load() is called while the process has no
 * threads; then filters_new() finds them loaded.  The rest is for any thread.
 */
#ifndef CORE_FILTERS_H
#define CORE_FILTERS_H

#include "core/host/instance.h"

struct filters;

/* Load them.  One that cannot be loaded is told by filters_new(). */
void filters_load(struct plugin_registry *registry);

/*
 * All borrowed.  `key`: a file, or NULL; the option `identity` of filters that
 * have one.  `configured`: the filters of the job that wrote the volumes, if
 * that is known; without a key they read with the options that they have there.
 * Plugins that cannot be loaded are left out, with a warning.  NULL after a
 * report.
 */
struct filters *filters_new(struct plugin_registry *registry,
    struct report *rep, const atomic_int *cancelled, const char *key,
    const struct plugin_config *configured, size_t count);
void filters_free(struct filters *f);		/* accepts NULL */

/*
 * A new instance, whose messages go to `rep`, of the filter that recognises
 * these bytes, the first of a volume.  NULL if there is none, or, with *failed,
 * after a report.
 */
struct instance *filters_find(const struct filters *f, struct report *rep,
    const void *bytes, size_t length, bool *failed);

#endif
