/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_about.h"

#include "core/run/about_put.h"

/* Members that are of the volumes, and not of the dump. */
static const char *const of_volumes[] = {
	"volumes", "files_block", "end_block", NULL
};

/* As far as headers say it. */
static bool
put_set(json_t *about, const struct set_identity *set)
{
	return about_put_number(about, "version", ABOUT_VERSION) &&
	    about_put_text(about, "program", "dumpengine " PACKAGE_VERSION) &&
	    about_put_text(about, "host", set->host) &&
	    about_put_text(about, "device", set->device) &&
	    about_put_text(about, "filesystem", set->filesystem) &&
	    about_put_text(about, "label", set->label) &&
	    about_put_number(about, "level", set->level) &&
	    about_put_number(about, "date", set->date) &&
	    about_put_number(about, "base_date", set->base_date);
}

static bool
put_job(json_t *about, const struct job_config *job)
{
	return about_put_text(about, "output",
	    job->output.plugin->descriptor.name) &&
	    about_put_number(about, "blocking", job->settings.ring.blocking);
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
