/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * new-output.c - an output built against a later header
 *
 * Every structure that it passes to the engine has members that the current
 * engine does not know.
 */
#include "dumpengine/plugin.h"

struct new_option {
	struct de_option known;
	const char *unit;
	uint64_t more[3];
};

struct new_output {
	struct de_output known;
	void *more[8];
};

struct new_plugin {
	struct de_plugin known;
	void *more[8];
};

static const struct new_option options[] = {
	{ { "depth", DE_OPTION_INTEGER, 0, 1, 9, "5", "how deep it is" },
	  "m", { 1, 2, 3 } },
	{ { "width", DE_OPTION_INTEGER, 0, 1, 9, "6", "how wide it is" },
	  "m", { 1, 2, 3 } },
	{ { NULL, 0, 0, 0, 0, NULL, NULL }, NULL, { 0, 0, 0 } }
};

static enum de_status
new_create(const struct de_host *host, void **self)
{
	*self = NULL;
	return host->get_integer(host, "width") == 6 ? DE_OK : DE_FAILED;
}

static void
new_destroy(void *self)
{
	(void)self;
}

static enum de_status
new_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	(void)self;
	(void)volume;
	medium->name = "nowhere";
	return DE_OK;
}

static enum de_status
new_write(void *self, const void *record, size_t length)
{
	(void)self;
	(void)record;
	(void)length;
	return DE_OK;
}

static enum de_status
new_close_volume(void *self, enum de_close how)
{
	(void)self;
	(void)how;
	return DE_OK;
}

static const struct new_output output = {
	.known = {
		.struct_size = sizeof(output),
		.open_volume = new_open_volume,
		.write = new_write,
		.close_volume = new_close_volume,
	},
	.more = { (void *)(uintptr_t)1, (void *)(uintptr_t)2 },
};

static const struct new_plugin plugin = {
	.known = {
		.struct_size = sizeof(plugin),
		.api_version = DE_API_VERSION,
		.option_size = sizeof(struct new_option),
		.kind = DE_OUTPUT,
		.name = "new-output",
		.summary = "be ahead of its time",
		.options = &options[0].known,
		.create = new_create,
		.destroy = new_destroy,
		.output = &output.known,
	},
	.more = { (void *)(uintptr_t)1, (void *)(uintptr_t)2 },
};

DE_PLUGIN(plugin.known);
