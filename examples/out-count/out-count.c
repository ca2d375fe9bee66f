/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-count.c - a sample output for dumpengine: count the records of a dump
 *
 * It discards the records and writes one line about each volume to a file: the
 * number of records, their bytes, and a checksum, as an inventory of tapes
 * might list them.  See README.md for how to build it, and
 * dumpengine-plugin(3) for everything that a plugin can do.
 *
 * Copy it as a starting point.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dumpengine/plugin.h>

/*
 * The state of an instance.  There are no file-scope variables, so that two
 * jobs, or two drives, can each have an instance.
 */
struct out_count {
	const struct de_host *host;	/* borrowed; outlives us */
	const char *path;		/* borrowed; option "path" */
	int64_t capacity;		/* option "capacity"; 0: unlimited */

	/* of the open volume */
	FILE *file;
	uint32_t volume;
	uint64_t records;
	uint64_t bytes;
	uint64_t checksum;
};

/*
 * The engine checks a configuration against this table before it creates an
 * instance, and shows it by `dumpengine --plugin-help`.
 */
static const struct de_option out_count_options[] = {
	{ "path", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "file to which a line is appended for each volume" },
	{ "capacity", DE_OPTION_SIZE, 0, 0, INT64_MAX, "0",
	  "size of a volume; 0: unlimited" },
	DE_OPTIONS_END
};

/* Errors are reported where they are detected, with the file concerned. */
static enum de_status
fail(const struct out_count *c, const char *what)
{
	c->host->report(c->host, DE_ERROR, "%s: %s: %s", c->path, what,
	    strerror(errno));
	return DE_FAILED;
}

/* FNV-1a, 64 bits: not secure, but short. */
static uint64_t
add_to_checksum(uint64_t checksum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		checksum = (checksum ^ bytes[i]) * UINT64_C(1099511628211);
	return checksum;
}

/* Open what the volume needs; close_volume() undoes it. */
static enum de_status
out_count_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_count *c = self;

	c->file = fopen(c->path, "a");
	if (c->file == NULL)
		return fail(c, "cannot be opened");
	c->volume = volume->number;
	c->records = c->bytes = 0;
	c->checksum = UINT64_C(14695981039346656037);
	medium->name = c->path;		/* for messages of the engine */
	return DE_OK;
}

/*
 * All or nothing: DE_END_OF_VOLUME means that nothing of this record is on the
 * volume.  Called by one thread at a time, so no lock is needed.
 */
static enum de_status
out_count_write(void *self, const void *record, size_t length)
{
	struct out_count *c = self;

	if (c->capacity > 0 && c->bytes + length > (uint64_t)c->capacity)
		return DE_END_OF_VOLUME;
	c->checksum = add_to_checksum(c->checksum, record, length);
	c->records++;
	c->bytes += length;
	return DE_OK;
}

/*
 * A discarded volume leaves nothing; a complete one must be safe when this
 * returns DE_OK.
 */
static enum de_status
out_count_close_volume(void *self, enum de_close how)
{
	struct out_count *c = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE)
		fprintf(c->file, "volume %" PRIu32 ": %" PRIu64 " records, %"
		    PRIu64 " bytes, checksum %016" PRIx64 "\n", c->volume,
		    c->records, c->bytes, c->checksum);
	if (fclose(c->file) != 0 && how == DE_CLOSE_COMPLETE)
		status = fail(c, "cannot be written");
	c->file = NULL;
	return status;
}

/* Get the values of the options; open nothing. */
static enum de_status
out_count_create(const struct de_host *host, void **self)
{
	struct out_count *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		host->report(host, DE_ERROR, "out-count: out of memory");
		return DE_FAILED;
	}
	c->host = host;
	c->path = host->get_string(host, "path");
	c->capacity = host->get_integer(host, "capacity");
	*self = c;
	return DE_OK;
}

static void
out_count_destroy(void *self)
{
	free(self);
}

/* Optional callbacks are left out: check(), for one. */
static const struct de_output out_count_output = {
	.struct_size = sizeof(out_count_output),
	.open_volume = out_count_open_volume,
	.write = out_count_write,
	.close_volume = out_count_close_volume,
};

static const struct de_plugin out_count = {
	DE_PLUGIN_ABI,			/* sizes and version of the header */
	.kind = DE_OUTPUT,
	.name = "out-count",
	.summary = "count the records of a dump and discard them",
	.options = out_count_options,
	.create = out_count_create,
	.destroy = out_count_destroy,
	.output = &out_count_output,
};

DE_PLUGIN(out_count);
