/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * old-output.c - an output built against the header before outputs could read
 *
 * It writes all volumes to the file `path`.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

struct old {
	const char *path;
	int fd;
};

static const struct de_option options[] = {
	{ "path", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "where to" },
	DE_OPTIONS_END
};

static enum de_status
old_create(const struct de_host *host, void **self)
{
	struct old *o = malloc(sizeof(*o));

	*self = o;
	if (o == NULL)
		return DE_FAILED;
	o->path = host->get_string(host, "path");
	return DE_OK;
}

static enum de_status
old_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct old *o = self;

	(void)volume;
	medium->name = o->path;
	o->fd = open(o->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return o->fd == -1 ? DE_FAILED : DE_OK;
}

static enum de_status
old_write(void *self, const void *record, size_t length)
{
	const struct old *o = self;

	return write(o->fd, record, length) == (ssize_t)length ? DE_OK :
	    DE_FAILED;
}

static enum de_status
old_close_volume(void *self, enum de_close how)
{
	const struct old *o = self;

	(void)how;
	return close(o->fd) == 0 ? DE_OK : DE_FAILED;
}

static enum de_status
old_begin_readback(void *self)
{
	const struct old *o = self;

	return lseek(o->fd, 0, SEEK_SET) == 0 ? DE_OK : DE_FAILED;
}

static enum de_status
old_read_back(void *self, void *buffer, size_t room, size_t *length)
{
	const struct old *o = self;
	const ssize_t n = read(o->fd, buffer, room);

	*length = n > 0 ? (size_t)n : 0;
	return n > 0 ? DE_OK : n == 0 ? DE_NO_MORE : DE_FAILED;
}

/* What follows is none of its business: the engine must not look there. */
static const struct {
	struct de_output known;
	uint64_t more[8];
} output = {
	.known = {
		.struct_size = offsetof(struct de_output, open_reading),
		.open_volume = old_open_volume,
		.write = old_write,
		.close_volume = old_close_volume,
		.begin_readback = old_begin_readback,
		.read_back = old_read_back,
		.open_reading = (enum de_status (*)(void *,
		    const struct de_volume *, struct de_reading *))(uintptr_t)1,
		.read_record = (enum de_status (*)(void *, void *, size_t,
		    size_t *))(uintptr_t)1,
	},
	.more = { 1, 2 },
};

static const struct de_plugin plugin = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "old-output",
	.summary = "be behind the times",
	.options = options,
	.create = old_create,
	.destroy = free,
	.output = &output.known,
};

DE_PLUGIN(plugin);
