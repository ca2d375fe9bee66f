/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-null.c - output for tests: cannot be read back
 */
#include "dumpengine/plugin.h"

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
create(const struct de_host *host, void **self)
{
	(void)host;
	*self = NULL;
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
};

static const struct de_plugin out_null = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-null",
	.summary = "throw everything away",
	.create = create,
	.destroy = destroy,
	.output = &output,
};

DE_PLUGIN(out_null);
