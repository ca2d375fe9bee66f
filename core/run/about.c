/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/about.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/exit_status.h"
#include "core/chain/history.h"
#include "core/run/about_put.h"

static bool
put_exclude(json_t *about, const struct job_settings *settings)
{
	json_t *list = json_array();
	bool put = list != NULL;

	for (size_t i = 0; put && i < settings->exclude_count; i++) {
		char *escaped = history_text(settings->exclude[i]);
		put = escaped != NULL && json_array_append_new(list,
		    json_string(escaped)) == 0;
		free(escaped);
	}
	if (put && settings->exclude_count > 0)
		put = json_object_set(about, "exclude", list) == 0;
	json_decref(list);
	return put;
}

static bool
put_dump(json_t *about, const struct setup *s, int64_t begun)
{
	return about_put_text(about, "job", s->settings->name) &&
	    about_put_text(about, "host", s->host) &&
	    about_put_text(about, "device", s->src.info.device) &&
	    about_put_text(about, "filesystem", s->filesystem) &&
	    about_put_text(about, "label", s->settings->label) &&
	    about_put_number(about, "level", s->level.number) &&
	    about_put_number(about, "date", s->date) &&
	    about_put_number(about, "base_date", s->level.base_date) &&
	    (s->settings->date != 0 || about_put_number(about, "begun", begun)) &&
	    about_put_number(about, "blocking", s->settings->ring.blocking);
}

static bool
put_source(json_t *about, const struct setup *s)
{
	return about_put_text(about, "source",
	    s->config->source.plugin->descriptor.name) &&
	    about_put_text(about, "type", s->src.info.type) &&
	    about_put_text(about, "uuid", s->src.info.uuid) &&
	    about_put_text(about, "subtree", s->settings->subtree) &&
	    put_exclude(about, s->settings);
}

json_t *
about_dump(const struct setup *s, int64_t begun)
{
	json_t *about = json_object();

	if (about != NULL && about_put_number(about, "version", ABOUT_VERSION) &&
	    about_put_text(about, "program", "dumpengine " PACKAGE_VERSION) &&
	    about_put_text(about, "config", s->config->file) &&
	    about_put_text(about, "output",
	    s->config->output.plugin->descriptor.name) &&
	    put_dump(about, s, begun) && put_source(about, s))
		return about;
	json_decref(about);
	return NULL;
}

bool
about_end(struct indexer *ix, const struct setup *s, uint64_t findings,
    uint64_t notes)
{
	return indexer_tell(ix, "findings", (int64_t)findings) &&
	    indexer_tell(ix, "notes", (int64_t)notes) &&
	    indexer_tell(ix, "status", findings > 0 ? STATUS_INCOMPLETE :
	    STATUS_COMPLETE) && (s->settings->date != 0 ||
	    indexer_tell(ix, "ended", (int64_t)time(NULL)));
}
