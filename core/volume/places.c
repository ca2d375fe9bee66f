/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/places.h"

#include <dumpengine/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/signals.h"
#include "core/host/find_device.h"
#include "plugins/common/resource.h"

#define MESSAGE_BYTES 2048

enum role {
	ROLE_VOLUME,		/* of a dump; only for messages */
	ROLE_CONFIGURATION,
	ROLE_SOURCE,
	ROLE_SET,
	ROLE_SNAPSHOT,
	ROLE_DUMPDATES,		/* the run writes to this and the next */
	ROLE_CATALOG,
	ROLE_REPORT
};

/* A resource name of what a path leads to; a path can have several. */
struct place {
	enum role role;
	const struct job_config *job;	/* borrowed; NULL: of the run */
	char *name;			/* owned */
	char *path;			/* owned; as configured */
};

struct places {
	struct report *rep;		/* borrowed */
	struct place *items;		/* owned */
	size_t count;
	bool report_clashes;
};

/* What is being added. */
struct adding {
	struct places *places;
	struct place place;		/* without its strings */
};

struct places *
places_new(struct report *rep)
{
	struct places *p = calloc(1, sizeof(*p));

	if (p == NULL)
		report(rep, DE_ERROR, "out of memory");
	else
		p->rep = rep;
	return p;
}

void
places_free(struct places *places)
{
	if (places == NULL)
		return;
	for (size_t i = 0; i < places->count; i++) {
		free(places->items[i].name);
		free(places->items[i].path);
	}
	free(places->items);
	free(places);
}

/* ------------------------------------------------------------------- adding */

static bool
is_known(const struct places *p, const struct place *place, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].role == place->role &&
		    p->items[i].job == place->job &&
		    strcmp(p->items[i].name, name) == 0)
			return true;
	return false;
}

static enum de_status
take_name(void *arg, const struct de_resource *resource)
{
	const struct adding *adding = arg;
	struct places *p = adding->places;

	if (is_known(p, &adding->place, resource->name))
		return DE_OK;
	struct place *items = reallocarray(p->items, p->count + 1,
	    sizeof(*items));
	if (items == NULL)
		return DE_FAILED;
	p->items = items;
	items += p->count++;
	*items = adding->place;
	items->name = strdup(resource->name);
	items->path = strdup(resource->text);
	return items->name != NULL && items->path != NULL ? DE_OK : DE_FAILED;
}

static bool
add(struct places *p, enum role role, const struct job_config *job,
    const char *path)
{
	struct adding adding = { p, { .role = role, .job = job } };
	const struct resource_taker taker = { .take = take_name,
	    .arg = &adding };

	if (path == NULL || path[0] == '\0' || strcmp(path, "-") == 0 ||
	    resource_name_path(&taker, path) == DE_OK)
		return true;
	report(p->rep, DE_ERROR, "out of memory");
	return false;
}

bool
places_add_configuration(struct places *places, const char *file)
{
	return add(places, ROLE_CONFIGURATION, NULL, file);
}

bool
places_add_report(struct places *places, const char *file)
{
	return add(places, ROLE_REPORT, NULL, file);
}

bool
places_add_set(struct places *places, const char *name, const char *text)
{
	struct adding adding = { places, { .role = ROLE_SET } };
	const struct de_resource resource = { .name = name, .text = text };

	if (take_name(&adding, &resource) == DE_OK)
		return true;
	report(places->rep, DE_ERROR, "out of memory");
	return false;
}

static void
keep_message(void *arg, enum de_severity severity, const char *text)
{
	(void)severity;
	snprintf(arg, MESSAGE_BYTES, "%s", text);
}

/*
 * Find the device without reporting errors, which the source does when the job
 * begins.  If the run is being aborted no job will, so report them here.
 */
static bool
find_in_silence(const struct places *p, const struct job_config *job,
    struct found_device *found)
{
	const struct signals *signals = signals_flags();
	char message[MESSAGE_BYTES] = "";

	report_set_taker(p->rep, keep_message, message);
	const bool ok = find_device(&job->source, p->rep, found);
	report_set_taker(p->rep, NULL, NULL);
	if (!ok && message[0] != '\0' &&
	    (signals->cancel != 0 || signals->interrupt != 0))
		report(p->rep, DE_ERROR, "%s", message);
	return ok;
}

/*
 * The path of a device or an image is final; only the source can resolve a
 * label or a mount point.
 */
static bool
add_source(struct places *p, const struct job_config *job)
{
	const char *device = job_source_device(job);
	struct found_device found = { .device = "" };
	struct stat st;

	if (device == NULL)
		return true;
	if (stat(device, &st) == 0 && !S_ISDIR(st.st_mode))
		return add(p, ROLE_SOURCE, job, device);
	return !find_in_silence(p, job, &found) ||
	    add(p, ROLE_SOURCE, job, found.device);
}

bool
places_add_job(struct places *p, const struct job_config *job)
{
	return add_source(p, job) &&
	    add(p, ROLE_SNAPSHOT, job, job->settings.snapshot.device) &&
	    add(p, ROLE_DUMPDATES, job, job_dumpdates(job)) &&
	    add(p, ROLE_CATALOG, job, job->settings.catalog);
}

/* ---------------------------------------------------------------- comparing */

/* Report that `path`, to be written in the role `as`, leads to `place`. */
static void
refuse(struct places *p, const char *path, enum role as,
    const struct place *place)
{
	static const char *const what[] = {
		[ROLE_VOLUME] = "the dump",
		[ROLE_CONFIGURATION] = "the configuration",
		[ROLE_SOURCE] = "the source",
		[ROLE_SET] = "the set that is copied",
		[ROLE_SNAPSHOT] = "the snapshot",
		[ROLE_DUMPDATES] = "the dumpdates file",
		[ROLE_CATALOG] = "the catalogue",
		[ROLE_REPORT] = "the report",
	};

	report(p->rep, DE_ERROR, "%s: %s would overwrite %s%s%s; give another "
	    "path", path, what[as], what[place->role],
	    place->job == NULL ? "" : " of job ",
	    place->job == NULL ? "" : job_name(place->job));
	p->report_clashes = p->report_clashes || as == ROLE_REPORT ||
	    place->role == ROLE_REPORT;
}

static bool
are_distinct(struct places *p, const struct place *a, const struct place *b)
{
	if (a->role == b->role || strcmp(a->name, b->name) != 0)
		return true;
	const struct place *written = a->role > b->role ? a : b;
	if (written->role < ROLE_DUMPDATES)
		return true;
	refuse(p, written->path, written->role, written == a ? b : a);
	return false;
}

bool
places_are_distinct(struct places *p)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < i; k++)
			if (!are_distinct(p, &p->items[i], &p->items[k]))
				return false;
	return true;
}

bool
places_allow(struct places *p, const char *name, const char *text)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->items[i].name, name) == 0) {
			refuse(p, text, ROLE_VOLUME, &p->items[i]);
			return false;
		}
	return true;
}

static enum de_status
compare(void *arg, const struct de_resource *resource)
{
	return places_allow(arg, resource->name, resource->text) ? DE_OK :
	    DE_FAILED;
}

bool
places_allow_path(struct places *places, const char *path)
{
	const struct resource_taker taker = { .take = compare, .arg = places };

	return path[0] == '\0' || resource_name_path(&taker, path) == DE_OK;
}

bool
places_report_is_safe(const struct places *places)
{
	return !places->report_clashes;
}
