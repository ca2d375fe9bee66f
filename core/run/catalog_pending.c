/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_pending.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/handover.h"
#include "core/config/config.h"
#include "core/run/catalog_name.h"

/* ------------------------------------------------------------ what was left */

static void
tell_left(struct catalog_task_run *t, const char *part)
{
	if (handover_is_left(part))
		catalog_task_missing(t, "%s: the catalogue does not know this "
		    "dump yet, as its run was killed or could not tell; the "
		    "next run adds it, or `dumpengine-catalog --catalog %s add "
		    "%s'", part, t->file, part);
}

static bool
look_into(struct catalog_task_run *t, const char *state_dir)
{
	char *folder = NULL, **list = NULL;

	if (asprintf(&folder, "%s/" HANDOVER_FOLDER, state_dir) == -1)
		return catalog_task_no_memory(t);
	const ssize_t count = handover_list(folder, &list);
	if (count == -1 && errno != ENOENT)
		catalog_task_missing(t, "%s: cannot be read: %s", folder,
		    strerror(errno));
	for (ssize_t i = 0; i < count; i++) {
		tell_left(t, list[i]);
		free(list[i]);
	}
	free(list);
	free(folder);
	return true;
}

/* Jobs mostly share theirs. */
static bool
is_new(const struct config *config, size_t job)
{
	const char *folder = config->jobs[job].settings.state_dir;

	for (size_t i = 0; i < job; i++)
		if (strcmp(config->jobs[i].settings.state_dir, folder) == 0)
			return false;
	return true;
}

bool
catalog_pending_tell(struct catalog_task_run *t)
{
	const struct config *config = t->config;
	bool ok = true;

	for (size_t i = 0; ok && config != NULL && i < config->job_count; i++)
		ok = !is_new(config, i) || look_into(t,
		    config->jobs[i].settings.state_dir);
	return ok;
}

/* ------------------------------------------------------------ what was killed */

bool
catalog_pending_was_killed(const struct catalog_dump *d)
{
	return d->state == CATALOG_ABORTED && d->status == -1;
}

/* Where its first volume is. */
struct place {
	char *medium;			/* owned; NULL: unknown */
	char *name;			/* of the dump; likewise */
};

static bool
take_medium(void *arg, const struct catalog_volume *v)
{
	struct place *p = arg;

	if (v->number == 1 && v->medium != NULL)
		p->medium = strdup(v->medium);
	return false;
}

static bool
take_name(void *arg, const struct catalog_dump *d)
{
	struct place *p = arg;

	p->name = catalog_name_make(d);
	return true;
}

bool
catalog_pending_tell_killed(struct catalog_task_run *t, int64_t dump)
{
	struct place p = { NULL, NULL };
	bool ok = catalog_name_visit(t, dump, take_name, &p);

	if (ok && !catalog_volumes(t->catalog, dump, take_medium, &p))
		ok = catalog_task_end(t, STATUS_ABORTED);
	if (ok)
		report(t->rep, DE_WARNING, "%s: its run was killed; if it had "
		    "just completed the last volume, `dumpengine-catalog "
		    "--catalog %s add %s' makes the dump known",
		    p.name == NULL ? "?" : p.name, t->file,
		    p.medium == NULL ? "SET" : p.medium);
	free(p.medium);
	free(p.name);
	return ok;
}
