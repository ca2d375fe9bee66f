/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bad.c - output plugins, each broken in one way
 *
 * tests/plugins/local.am builds it several times, each time with a different
 * macro defined wrongly.  With none, it is a plugin that discards everything.
 */
#include "dumpengine/plugin.h"

#ifndef BAD_STRUCT_SIZE
#define BAD_STRUCT_SIZE sizeof(struct de_plugin)
#endif
#ifndef BAD_VERSION
#define BAD_VERSION DE_API_VERSION
#endif
#ifndef BAD_OPTION_SIZE
#define BAD_OPTION_SIZE sizeof(struct de_option)
#endif
#ifndef BAD_KIND
#define BAD_KIND DE_OUTPUT
#endif
#ifndef BAD_NAME
#define BAD_NAME "bad"
#endif
#ifndef BAD_DEFAULT
#define BAD_DEFAULT "5"
#endif
#ifndef BAD_HELP
#define BAD_HELP "how deep it is"
#endif
#ifndef BAD_LAST_KEY
#define BAD_LAST_KEY NULL
#endif
#ifndef BAD_CREATE
#define BAD_CREATE bad_create
#endif
#ifndef BAD_CREATED
#define BAD_CREATED DE_OK
#endif
#ifndef BAD_WRITE
#define BAD_WRITE bad_write
#endif
#ifndef BAD_SETTLE
#define BAD_SETTLE NULL
#endif
#ifndef BAD_READBACK
#define BAD_READBACK NULL
#endif
#ifndef BAD_READING
#define BAD_READING NULL
#endif
#ifndef BAD_RECORD
#define BAD_RECORD NULL
#endif
#ifndef BAD_END
#define BAD_END NULL
#endif
#ifndef BAD_TELL
#define BAD_TELL NULL
#endif
#ifndef BAD_WINDOW
#define BAD_WINDOW 0
#endif
#ifndef BAD_OUTPUT
#define BAD_OUTPUT &operations
#endif
#ifndef BAD_ENTRY
#define BAD_ENTRY &bad
#endif

#ifdef BAD_CALL
void BAD_CALL(void);
#endif

/* Of 1000 entries, all but the first have BAD_LAST_KEY. */
static const struct de_option options[1000] = {
	{ "depth", DE_OPTION_INTEGER, 0, 1, 9, BAD_DEFAULT, BAD_HELP },
	[1 ... 999] = { BAD_LAST_KEY, DE_OPTION_INTEGER, 0, 0, 0, NULL,
	    "more" },
};

/* Unused in the builds that omit it. */
__attribute__((unused))
static enum de_status
bad_create(const struct de_host *host, void **self)
{
	*self = NULL;
	if (BAD_CREATED != DE_OK)
		host->report(host, DE_ERROR, "bad: out of luck today");
#ifdef BAD_CALL
	BAD_CALL();
#endif
	return BAD_CREATED;
}

static void
bad_destroy(void *self)
{
	(void)self;
}

static enum de_status
bad_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	(void)self;
	(void)volume;
	medium->name = "nowhere";
	medium->window = BAD_WINDOW;
	return DE_OK;
}

__attribute__((unused))
static enum de_status
bad_write(void *self, const void *record, size_t length)
{
	(void)self;
	(void)record;
	(void)length;
	return DE_OK;
}

__attribute__((unused))
static enum de_status
bad_settle(void *self)
{
	(void)self;
	return DE_OK;
}

__attribute__((unused))
static enum de_status
bad_open_reading(void *self, const struct de_volume *volume,
    struct de_reading *reading)
{
	(void)self;
	(void)volume;
	(void)reading;
	return DE_OK;
}

__attribute__((unused))
static enum de_status
bad_read_record(void *self, void *buffer, size_t room, size_t *length)
{
	(void)self;
	(void)buffer;
	(void)room;
	(void)length;
	return DE_OK;
}

__attribute__((unused))
static enum de_status
bad_tell(void *self, uint64_t *position)
{
	(void)self;
	(void)position;
	return DE_OK;
}

static enum de_status
bad_close_volume(void *self, enum de_close how)
{
	(void)self;
	(void)how;
	return DE_OK;
}

__attribute__((unused))
static const struct de_output operations = {
	.struct_size = sizeof(operations),
	.open_volume = bad_open_volume,
	.write = BAD_WRITE,
	.close_volume = bad_close_volume,
	.settle = BAD_SETTLE,
	.read_back = BAD_READBACK,
	.open_reading = BAD_READING,
	.read_record = BAD_RECORD,
	.tell = BAD_TELL,
	.close_reading = BAD_END,
};

/* For BAD_KIND DE_SOURCE: a source without any callbacks. */
static const struct de_source no_operations = {
	.struct_size = sizeof(no_operations),
};

__attribute__((unused))
static const struct de_plugin bad = {
	.struct_size = BAD_STRUCT_SIZE,
	.api_version = BAD_VERSION,
	.option_size = BAD_OPTION_SIZE,
	.kind = BAD_KIND,
	.name = BAD_NAME,
	.summary = "break in one way",
	.options = options,
	.create = BAD_CREATE,
	.destroy = bad_destroy,
	.source = &no_operations,
	.output = BAD_OUTPUT,
};

const struct de_plugin *
de_plugin_entry(void)
{
	return BAD_ENTRY;
}
