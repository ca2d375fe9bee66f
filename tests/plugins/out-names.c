/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-names.c - output for tests: discards everything, and names the resources
 * it is told to, or fails to
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

static const struct de_option options[] = {
	{ "names", DE_OPTION_STRINGS, 0, 0, 0, NULL, "what it writes to" },
	{ "keeps", DE_OPTION_INTEGER, 0, 0, 0, "0", "of what is there" },
	{ "node", DE_OPTION_STRING, 0, 0, 0, NULL, "to be locked as well" },
	{ "fault", DE_OPTION_STRING, 0, 0, 0, "none",
	  "none, fail, crash, exit or hang, when it is asked for names" },
	DE_OPTIONS_END
};

static enum de_status
open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	(void)self;
	(void)volume;
	medium->name = "nowhere";
	return DE_OK;
}

static enum de_status
write_record(void *self, const void *record, size_t length)
{
	(void)self;
	(void)record;
	(void)length;
	return DE_OK;
}

static enum de_status
close_volume(void *self, enum de_close how)
{
	(void)self;
	(void)how;
	return DE_OK;
}

static enum de_status
be_faulty(const char *fault)
{
	if (strcmp(fault, "fail") == 0)
		return DE_FAILED;
	if (strcmp(fault, "crash") == 0)
		abort();
	if (strcmp(fault, "exit") == 0)
		_exit(0);
	while (strcmp(fault, "hang") == 0)
		pause();
	return DE_OK;
}

static enum de_status
name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct de_host *host = self;
	const char *const *names;
	const size_t count = host->get_strings(host, "names", &names);
	enum de_status status = be_faulty(host->get_string(host, "fault"));

	(void)volume;
	for (size_t i = 0; i < count && status == DE_OK; i++) {
		const struct de_resource resource = {
			.struct_size = sizeof(resource),
			.name = names[i],
			.text = names[i],
			.node = host->get_string(host, "node"),
			.keeps = host->get_integer(host, "keeps"),
		};
		status = take(arg, &resource);
	}
	return status;
}

static enum de_status
create(const struct de_host *host, void **self)
{
	*self = (void *)(uintptr_t)host;
	return DE_OK;
}

static void
destroy(void *self)
{
	(void)self;
}

static const struct de_output output = {
	.struct_size = sizeof(output),
	.open_volume = open_volume,
	.write = write_record,
	.close_volume = close_volume,
	.name_resources = name_resources,
};

static const struct de_plugin out_names = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-names",
	.summary = "name what the options say, and throw everything away",
	.options = options,
	.create = create,
	.destroy = destroy,
	.output = &output,
};

DE_PLUGIN(out_names);
