/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_about.h"

#include <stdlib.h>

#include "core/chain/history.h"

#define VERSION_OF_ABOUT 1

/* Members that are of the volumes, and not of the dump. */
static const char *const of_volumes[] = {
	"volumes", "files_block", "end_block", NULL
};

/* Unknown texts are left out. */
static bool
put_text(json_t *about, const char *key, const char *text)
{
	if (text == NULL || *text == '\0')
		return true;
	char *escaped = history_text(text);
	const bool put = escaped != NULL && json_object_set_new(about, key,
	    json_string(escaped)) == 0;
	free(escaped);
	return put;
}

static bool
put_number(json_t *about, const char *key, int64_t number)
{
	return json_object_set_new(about, key, json_integer(number)) == 0;
}

/* As far as headers say it. */
static bool
put_set(json_t *about, const struct set_identity *set)
{
	return put_number(about, "version", VERSION_OF_ABOUT) &&
	    put_text(about, "program", "dumpengine " PACKAGE_VERSION) &&
	    put_text(about, "host", set->host) &&
	    put_text(about, "device", set->device) &&
	    put_text(about, "filesystem", set->filesystem) &&
	    put_text(about, "label", set->label) &&
	    put_number(about, "level", set->level) &&
	    put_number(about, "date", set->date) &&
	    put_number(about, "base_date", set->base_date);
}

static bool
put_job(json_t *about, const struct job_config *job)
{
	return put_text(about, "output",
	    job->output.plugin->descriptor.name) &&
	    put_number(about, "blocking", job->settings.ring.blocking);
}

json_t *
copy_about(const struct job_config *job, const struct set_identity *set,
    const json_t *known)
{
	json_t *about = known != NULL ? json_deep_copy(known) : json_object();

	/* A copy that ran out of memory is a smaller one. */
	if (about == NULL || (known != NULL &&
	    json_object_size(about) != json_object_size(known)))
		goto fail;
	for (size_t i = 0; of_volumes[i] != NULL; i++)
		json_object_del(about, of_volumes[i]);
	if ((known != NULL || put_set(about, set)) && put_job(about, job))
		return about;
fail:
	json_decref(about);
	return NULL;
}
