/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-fault.c - output for tests: a medium that ends or fails on demand
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

struct out_fault {
	const struct de_host *host;	/* borrowed */
	const char *path;		/* borrowed; "": discard */
	int64_t capacity;		/* records; 0: no limit */
	int64_t fail_write;		/* this record; 0: none */
	int64_t block;			/* this record hangs; 0: none */
	int64_t delay;			/* milliseconds per record */
	int64_t records;		/* written to the open volume */
	int fd;				/* -1: none */
};

static const struct de_option out_fault_options[] = {
	{ "path", DE_OPTION_STRING, 0, 0, 0, "",
	  "file to write to; without it everything is thrown away" },
	{ "capacity", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "records that the medium holds; 0 for no end" },
	{ "fail_write", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the record whose write fails; 0 for none" },
	{ "block", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the record whose write hangs until the run is aborted; 0 for none" },
	{ "delay", DE_OPTION_INTEGER, 0, 0, 10000, "0",
	  "milliseconds that each record takes" },
	{ "fail_check", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "say that nothing can be written" },
	{ "fail_open", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "fail to open a volume" },
	{ "fail_close", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "fail to make a volume safe" },
	DE_OPTIONS_END
};

static enum de_status
fail(const struct out_fault *f, const char *what)
{
	f->host->report(f->host, DE_ERROR, "out-fault: %s as it was told to",
	    what);
	return DE_FAILED;
}

static enum de_status
out_fault_check(void *self, const struct de_volume *volume)
{
	const struct out_fault *f = self;

	(void)volume;
	return f->host->get_boolean(f->host, "fail_check") ?
	    fail(f, "checks badly") : DE_OK;
}

static enum de_status
out_fault_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_fault *f = self;

	(void)volume;
	if (f->host->get_boolean(f->host, "fail_open"))
		return fail(f, "does not open");
	f->records = 0;
	if (*f->path != '\0') {
		f->fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0600);
		if (f->fd == -1) {
			f->host->report(f->host, DE_ERROR, "%s: %s", f->path,
			    strerror(errno));
			return DE_FAILED;
		}
	}
	medium->name = *f->path != '\0' ? f->path : "the faulty medium";
	return DE_OK;
}

static void
take_a_while(int64_t milliseconds)
{
	const struct timespec pause = {
		.tv_sec = (time_t)(milliseconds / 1000),
		.tv_nsec = (long)(milliseconds % 1000) * 1000000,
	};
	nanosleep(&pause, NULL);
}

static enum de_status
out_fault_write(void *self, const void *record, size_t length)
{
	struct out_fault *f = self;

	if (f->capacity > 0 && f->records == f->capacity)
		return DE_END_OF_VOLUME;
	f->records++;
	if (f->records == f->fail_write)
		return fail(f, "does not write this record");
	if (f->records == f->block) {
		while (!f->host->cancelled(f->host))
			take_a_while(10000);
		return DE_FAILED;
	}
	if (f->delay > 0)
		take_a_while(f->delay);
	if (f->fd != -1 && write(f->fd, record, length) != (ssize_t)length)
		return fail(f, "cannot write");
	return DE_OK;
}

static enum de_status
out_fault_close_volume(void *self, enum de_close how)
{
	struct out_fault *f = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE &&
	    f->host->get_boolean(f->host, "fail_close"))
		status = fail(f, "does not make the volume safe");
	if (f->fd != -1) {
		close(f->fd);
		if (how == DE_CLOSE_DISCARD || status != DE_OK)
			unlink(f->path);
	}
	f->fd = -1;
	return status;
}

static enum de_status
out_fault_create(const struct de_host *host, void **self)
{
	struct out_fault *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return DE_FAILED;
	f->host = host;
	f->path = host->get_string(host, "path");
	f->capacity = host->get_integer(host, "capacity");
	f->fail_write = host->get_integer(host, "fail_write");
	f->block = host->get_integer(host, "block");
	f->delay = host->get_integer(host, "delay");
	f->fd = -1;
	*self = f;
	return DE_OK;
}

static void
out_fault_destroy(void *self)
{
	free(self);
}

static const struct de_output out_fault_output = {
	.struct_size = sizeof(out_fault_output),
	.check = out_fault_check,
	.open_volume = out_fault_open_volume,
	.write = out_fault_write,
	.close_volume = out_fault_close_volume,
};

static const struct de_plugin out_fault = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-fault",
	.summary = "end or fail when told to",
	.options = out_fault_options,
	.create = out_fault_create,
	.destroy = out_fault_destroy,
	.output = &out_fault_output,
};

DE_PLUGIN(out_fault);
