/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/locate.h"

#include <stdio.h>

#include "core/apart.h"
#include "core/note.h"
#include "core/source.h"

struct question {
	const struct plugin_config *source;
	struct report *rep;
	char *path;			/* the answer */
};

static bool
ask_plugin(void *arg, const struct apart_mouth *mouth)
{
	const struct question *q = arg;
	const atomic_int not_cancelled = 0;
	char path[LOCATE_BYTES];
	enum de_status status = DE_FAILED;
	struct instance *in = instance_new(q->source->plugin,
	    q->source->options, q->rep, &not_cancelled);

	if (in != NULL)
		status = source_find_mount_point(in, path, sizeof(path));
	if (status == DE_OK)
		apart_say(mouth, 0, path);
	instance_free(in);
	return status == DE_OK;
}

static void
hear_answer(void *arg, int kind, const char *text)
{
	const struct question *q = arg;

	(void)kind;
	snprintf(q->path, LOCATE_BYTES, "%s", text);
}

bool
locate_mount_point(const struct plugin_config *source, struct report *rep,
    char path[static LOCATE_BYTES])
{
	struct question question = { source, rep, path };
	const struct apart apart = { ask_plugin, hear_answer, &question };
	char how[NOTE_HOW_BYTES];

	path[0] = '\0';
	if (source->plugin->source.find_mount_point == NULL)
		return true;
	const enum apart_ending ending = apart_run(&apart, how, sizeof(how));
	if (ending == APART_DONE)
		return true;
	report(rep, DE_ERROR, "%s cannot tell where the source is mounted%s%s",
	    source->plugin->descriptor.name, ending == APART_FAILED ? "" :
	    ": the process that asked it ", ending == APART_FAILED ? "" : how);
	return false;
}
