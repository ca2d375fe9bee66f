/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/find_device.h"

#include <stdio.h>

#include "core/host/apart.h"
#include "core/host/note.h"
#include "core/host/source.h"

/* The subject of an answer. */
enum subject {
	SUBJECT_DEVICE,
	SUBJECT_MOUNT_POINT
};

struct question {
	const struct plugin_config *source;
	struct report *rep;
	struct found_device *found;		/* the answers */
};

/* Call those callbacks that the source has. */
static enum de_status
ask_instance(const struct instance *in, const struct apart_mouth *mouth)
{
	const struct de_source *ops = &in->plugin->source;
	char text[FIND_DEVICE_BYTES];

	if (ops->find_device != NULL) {
		if (source_find_device(in, text, sizeof(text)) != DE_OK)
			return DE_FAILED;
		apart_say(mouth, SUBJECT_DEVICE, text);
	}
	if (ops->find_mount_point != NULL) {
		if (source_find_mount_point(in, text, sizeof(text)) != DE_OK)
			return DE_FAILED;
		apart_say(mouth, SUBJECT_MOUNT_POINT, text);
	}
	return DE_OK;
}

static bool
ask_plugin(void *arg, const struct apart_mouth *mouth)
{
	const struct question *q = arg;
	const atomic_int not_cancelled = 0;
	enum de_status status = DE_FAILED;
	struct instance *in = instance_new(q->source->plugin,
	    q->source->options, q->rep, &not_cancelled);

	if (in != NULL)
		status = ask_instance(in, mouth);
	instance_free(in);
	return status == DE_OK;
}

static void
hear_answer(void *arg, int kind, const char *text)
{
	const struct question *q = arg;

	snprintf(kind == SUBJECT_DEVICE ? q->found->device :
	    q->found->mount_point, FIND_DEVICE_BYTES, "%s", text);
}

bool
find_device(const struct plugin_config *source, struct report *rep,
    struct found_device *found)
{
	const struct de_source *ops = &source->plugin->source;
	const char *device = plugin_config_device(source);
	struct question question = { source, rep, found };
	const struct apart apart = { .work = ask_plugin, .hear = hear_answer,
	    .arg = &question };
	char how[NOTE_HOW_BYTES];

	snprintf(found->device, sizeof(found->device), "%s",
	    device == NULL ? "" : device);
	found->mount_point[0] = '\0';
	if (ops->find_device == NULL && ops->find_mount_point == NULL)
		return true;
	const enum apart_ending ending = apart_run(&apart, how, sizeof(how));
	if (ending == APART_DONE)
		return true;
	report(rep, DE_ERROR, "%s: cannot find the source's device and mount "
	    "point%s%s", source->plugin->descriptor.name,
	    ending == APART_FAILED ? "" : ": the process that asked it ",
	    ending == APART_FAILED ? "" : how);
	return false;
}
