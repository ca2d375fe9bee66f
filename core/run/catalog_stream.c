/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/volume/volume_read.h"

#define WHY_BYTES 1024

struct catalog_stream {
	struct catalog_task_run *t;	/* borrowed */
	struct option_set *options;	/* owned; NULL: those of the job */
	struct instance *output;	/* owned, as these */
	struct volume_read *reader;
	uint8_t *buffer;		/* VOLUME_READ_ROOM bytes */
};

/* The volume is named when it is opened, and the option stands for nothing. */
static bool
set_path(struct catalog_stream *s)
{
	const int index = option_find(s->options->table, "path");
	char why[OPTION_WHY_BYTES] = "the plugin has no such option";

	if (index >= 0 && option_add_text(s->options, index, "-", why))
		return true;
	report(s->t->rep, DE_ERROR, "out-file: path: %s", why);
	return false;
}

static struct instance *
make_of_file(struct catalog_stream *s)
{
	char why[WHY_BYTES];
	const struct plugin *plugin = plugin_load(s->t->registry, "out-file",
	    DE_OUTPUT, why, sizeof(why));

	if (plugin == NULL) {
		report(s->t->rep, DE_ERROR, "%s", why);
		return NULL;
	}
	s->options = option_set_new(plugin->options);
	if (s->options == NULL) {
		catalog_task_no_memory(s->t);
		return NULL;
	}
	return !set_path(s) ? NULL : instance_new(plugin, s->options,
	    s->t->rep, &s->t->signals->cancel);
}

static bool
open_stream(struct catalog_stream *s, const struct filters *filters,
    const struct plugin_config *output, const struct de_volume *facts)
{
	s->output = output == NULL ? make_of_file(s) :
	    instance_new(output->plugin, output->options, s->t->rep,
	    &s->t->signals->cancel);
	if (s->output == NULL)
		return false;
	s->output->filters = filters;
	s->reader = volume_read_new(s->output);
	s->buffer = malloc(VOLUME_READ_ROOM);
	if (s->buffer == NULL)
		return catalog_task_no_memory(s->t);
	return s->reader != NULL && volume_read_open(s->reader, facts);
}

struct catalog_stream *
catalog_stream_open(struct catalog_task_run *t, const struct filters *filters,
    const struct plugin_config *output, const struct de_volume *facts)
{
	struct catalog_stream *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		catalog_task_no_memory(t);
		return NULL;
	}
	s->t = t;
	if (open_stream(s, filters, output, facts))
		return s;
	catalog_stream_close(s);
	return NULL;
}

void
catalog_stream_close(struct catalog_stream *s)
{
	if (s == NULL)
		return;
	volume_read_free(s->reader);
	instance_free(s->output);
	option_set_free(s->options);
	free(s->buffer);
	free(s);
}

bool
catalog_stream_head(struct catalog_stream *s, uint8_t *bytes, size_t length)
{
	size_t filled = 0, n;

	while (filled < length && volume_read_next(s->reader, s->buffer,
	    VOLUME_READ_ROOM, &n) == VOLUME_READ_DATA) {
		const size_t some = n < length - filled ? n : length - filled;
		memcpy(bytes + filled, s->buffer, some);
		filled += some;
	}
	return filled == length;
}

bool
catalog_stream_digest(struct catalog_stream *s,
    char text[static DIGEST_TEXT_BYTES])
{
	enum volume_read_result result;
	struct digest *d = digest_new();
	size_t n;

	if (d == NULL)
		return catalog_task_no_memory(s->t);
	while ((result = volume_read_next(s->reader, s->buffer,
	    VOLUME_READ_ROOM, &n)) == VOLUME_READ_DATA)
		digest_add(d, s->buffer, n);
	if (result == VOLUME_READ_END)
		digest_format(d, text);
	digest_free(d);
	return result == VOLUME_READ_END;
}
