/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_output.h"

#include <stdlib.h>
#include <string.h>

#include "core/chain/history.h"
#include "core/config/config.h"
#include "core/host/instance.h"
#include "core/host/output.h"
#include "core/run/coded_volume.h"
#include "core/volume/volume_read.h"

/* A volume that is being looked at. */
struct reach {
	struct catalog_task_run *t;		/* borrowed, as these */
	const struct catalog_dump *dump;
	const struct catalog_volume *volume;
	char *name;				/* owned, as these */
	struct instance *output;
	struct volume_read *reader;		/* open */
	uint8_t *buffer;			/* VOLUME_READ_ROOM bytes */
	size_t length;				/* of what is in it */
};

const struct plugin_config *
catalog_output_find(const struct catalog_task_run *t, const char *job,
    const struct catalog_volume *v)
{
	const struct job_config *config = t->config == NULL || job == NULL ?
	    NULL : config_find_job(t->config, job);

	return config == NULL || v->output == NULL || v->medium == NULL ||
	    strcmp(config->output.plugin->descriptor.name, v->output) != 0 ?
	    NULL : &config->output;
}

static bool
open_volume(struct reach *r, const char *job)
{
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = r->volume->number,
		.level = r->dump->level < 0 ? 0 : (uint32_t)r->dump->level,
		.date = r->dump->date,
		.job = job,
		.label = "",
		.medium = r->name,
	};

	return volume_read_open(r->reader, &facts);
}

/* Its bytes are read as they are, filtered or not. */
static bool
is_that_volume(struct reach *r)
{
	const struct catalog_volume *v = r->volume;
	const uint64_t expected = v->medium_bytes != 0 ? v->medium_bytes :
	    v->blocks * DE_TAPE_BLOCK;
	struct coded_volume_found found = {
		.size = volume_read_size(r->reader),
		.bytes = r->buffer,
	};

	if (volume_read_next(r->reader, r->buffer, VOLUME_READ_ROOM,
	    &r->length) != VOLUME_READ_DATA)
		return false;
	found.length = r->length;
	if (coded_volume_is_one(v))
		return coded_volume_is_that(r->dump, v, &found);
	return (found.size == 0 || expected == 0 || found.size == expected) &&
	    catalog_remove_is_volume(r->buffer, r->length, r->dump, v);
}

static enum catalog_output_state
open_and_see(struct reach *r, const char *job)
{
	if (!open_volume(r, job))
		return volume_read_failure(r->reader) ==
		    DE_FAILURE_NO_MEDIUM ? CATALOG_OUTPUT_MISSING :
		    CATALOG_OUTPUT_UNREADABLE;
	return is_that_volume(r) ? CATALOG_OUTPUT_THERE :
	    CATALOG_OUTPUT_DIFFERENT;
}

/* Close it with reach_end() in every case. */
static enum catalog_output_state
reach_begin(struct reach *r, const char *job)
{
	const struct plugin_config *config = catalog_output_find(r->t, job,
	    r->volume);

	if (config == NULL || config->plugin->output.remove == NULL)
		return CATALOG_OUTPUT_UNREACHED;
	r->name = history_plain(r->volume->medium);
	r->buffer = malloc(VOLUME_READ_ROOM);
	if (r->name == NULL || r->buffer == NULL) {
		catalog_task_no_memory(r->t);
		return CATALOG_OUTPUT_UNREADABLE;
	}
	r->output = instance_new(config->plugin, config->options, r->t->rep,
	    &r->t->signals->cancel);
	r->reader = r->output == NULL ? NULL : volume_read_new(r->output);
	return r->reader == NULL ? CATALOG_OUTPUT_UNREADABLE :
	    open_and_see(r, job);
}

static void
reach_end(struct reach *r)
{
	volume_read_free(r->reader);
	instance_free(r->output);
	free(r->buffer);
	free(r->name);
}

/* What is left of it; the first bytes have been read. */
static enum catalog_output_state
read_all(struct reach *r, char *digest)
{
	enum volume_read_result result = VOLUME_READ_DATA;
	struct digest *d = digest_new();

	if (d == NULL) {
		catalog_task_no_memory(r->t);
		return CATALOG_OUTPUT_UNREADABLE;
	}
	while (result == VOLUME_READ_DATA) {
		digest_add(d, r->buffer, r->length);
		result = volume_read_next(r->reader, r->buffer,
		    VOLUME_READ_ROOM, &r->length);
	}
	if (result == VOLUME_READ_END)
		digest_format(d, digest);
	digest_free(d);
	return result == VOLUME_READ_END ? CATALOG_OUTPUT_THERE :
	    CATALOG_OUTPUT_UNREADABLE;
}

enum catalog_output_state
catalog_output_look(struct catalog_task_run *t, const char *job,
    const struct catalog_dump *d, const struct catalog_volume *v, char *digest)
{
	struct reach r = { .t = t, .dump = d, .volume = v };
	enum catalog_output_state state = reach_begin(&r, job);

	if (state == CATALOG_OUTPUT_THERE && digest != NULL)
		state = read_all(&r, digest);
	reach_end(&r);
	return state;
}

enum catalog_remove_result
catalog_output_remove(struct catalog_task_run *t, const char *job,
    const struct catalog_dump *d, const struct catalog_volume *v)
{
	struct reach r = { .t = t, .dump = d, .volume = v };
	enum catalog_remove_result result = CATALOG_REMOVE_FAILED;

	switch (reach_begin(&r, job)) {
	case CATALOG_OUTPUT_UNREACHED:
		result = CATALOG_REMOVE_NO_FILE;
		break;
	case CATALOG_OUTPUT_MISSING:
		result = CATALOG_REMOVE_NOTHING;
		break;
	case CATALOG_OUTPUT_DIFFERENT:
		result = CATALOG_REMOVE_OTHER;
		break;
	case CATALOG_OUTPUT_UNREADABLE:
		break;
	case CATALOG_OUTPUT_THERE:
		if (output_remove(r.output) == DE_OK)
			result = CATALOG_REMOVED;
		break;
	}
	reach_end(&r);
	return result;
}
