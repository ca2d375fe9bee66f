/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-hold.c - output for tests: a file, pausing in the middle
 *
 * Before record `hold` it creates the file `reached` and waits until the file
 * `go` exists, or the run is aborted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

struct out_hold {
	const struct de_host *host;	/* borrowed */
	const char *path;		/* borrowed, like the next two */
	const char *reached;
	const char *go;
	int64_t hold;
	int64_t records;		/* written to the open volume */
	int fd;				/* -1: none */
};

static const struct de_option out_hold_options[] = {
	{ "path", DE_OPTION_STRING, DE_OPTION_REQUIRED, 0, 0, NULL,
	  "file to write to" },
	{ "hold", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "1",
	  "the record to wait in front of; 0 for none" },
	{ "reached", DE_OPTION_STRING, DE_OPTION_REQUIRED, 0, 0, NULL,
	  "file to make when it waits" },
	{ "go", DE_OPTION_STRING, DE_OPTION_REQUIRED, 0, 0, NULL,
	  "file to wait for" },
	DE_OPTIONS_END
};

static enum de_status
fail(const struct out_hold *h, const char *path)
{
	h->host->report(h->host, DE_ERROR, "%s: %s", path, strerror(errno));
	return DE_FAILED;
}

static enum de_status
out_hold_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_hold *h = self;

	(void)volume;
	h->records = 0;
	h->fd = open(h->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (h->fd == -1)
		return fail(h, h->path);
	medium->name = h->path;
	return DE_OK;
}

static enum de_status
wait_for_go(const struct out_hold *h)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	const int fd = open(h->reached, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1)
		return fail(h, h->reached);
	close(fd);
	while (access(h->go, F_OK) == -1) {
		if (h->host->cancelled(h->host))
			return DE_FAILED;
		nanosleep(&pause, NULL);
	}
	return DE_OK;
}

static enum de_status
out_hold_write(void *self, const void *record, size_t length)
{
	struct out_hold *h = self;

	if (++h->records == h->hold && wait_for_go(h) != DE_OK)
		return DE_FAILED;
	if (write(h->fd, record, length) != (ssize_t)length)
		return fail(h, h->path);
	return DE_OK;
}

static enum de_status
out_hold_close_volume(void *self, enum de_close how)
{
	struct out_hold *h = self;

	close(h->fd);
	h->fd = -1;
	if (how == DE_CLOSE_DISCARD)
		unlink(h->path);
	return DE_OK;
}

static enum de_status
out_hold_create(const struct de_host *host, void **self)
{
	struct out_hold *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return DE_FAILED;
	h->host = host;
	h->path = host->get_string(host, "path");
	h->reached = host->get_string(host, "reached");
	h->go = host->get_string(host, "go");
	h->hold = host->get_integer(host, "hold");
	h->fd = -1;
	*self = h;
	return DE_OK;
}

static void
out_hold_destroy(void *self)
{
	free(self);
}

static const struct de_output out_hold_output = {
	.struct_size = sizeof(out_hold_output),
	.open_volume = out_hold_open_volume,
	.write = out_hold_write,
	.close_volume = out_hold_close_volume,
};

static const struct de_plugin out_hold = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-hold",
	.summary = "wait in the middle of a dump",
	.options = out_hold_options,
	.create = out_hold_create,
	.destroy = out_hold_destroy,
	.output = &out_hold_output,
};

DE_PLUGIN(out_hold);
