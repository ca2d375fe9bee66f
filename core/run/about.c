/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/about.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/exit_status.h"
#include "core/chain/history.h"

#define VERSION_OF_ABOUT 1	/* raised when old readers would be wrong */

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
	return put_text(about, "job", s->settings->name) &&
	    put_text(about, "host", s->host) &&
	    put_text(about, "device", s->src.info.device) &&
	    put_text(about, "filesystem", s->filesystem) &&
	    put_text(about, "label", s->settings->label) &&
	    put_number(about, "level", s->level.number) &&
	    put_number(about, "date", s->date) &&
	    put_number(about, "base_date", s->level.base_date) &&
	    (s->settings->date != 0 || put_number(about, "begun", begun)) &&
	    put_number(about, "blocking", s->settings->ring.blocking);
}

static bool
put_source(json_t *about, const struct setup *s)
{
	return put_text(about, "source",
	    s->config->source.plugin->descriptor.name) &&
	    put_text(about, "type", s->src.info.type) &&
	    put_text(about, "uuid", s->src.info.uuid) &&
	    put_text(about, "subtree", s->settings->subtree) &&
	    put_exclude(about, s->settings);
}

json_t *
about_dump(const struct setup *s, int64_t begun)
{
	json_t *about = json_object();

	if (about != NULL && put_number(about, "version", VERSION_OF_ABOUT) &&
	    put_text(about, "program", "dumpengine " PACKAGE_VERSION) &&
	    put_text(about, "config", s->config->file) &&
	    put_text(about, "output",
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
