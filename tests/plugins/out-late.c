/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-late.c - output for tests: records are acknowledged late
 *
 * It keeps the addresses of records and stores a record only when its answer
 * comes: whatever the engine does to it meanwhile would be on the volume.  When
 * an answer comes depends only on the record's number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

#define NAME_BYTES 4096
#define WINDOW_MAX 64

struct out_late {
	const struct de_host *host;	/* borrowed */
	uint64_t window;
	int64_t capacity;		/* records it holds; -1: no limit */
	uint32_t volume;
	size_t length;			/* of a record */
	const void *taken[WINDOW_MAX];	/* by number modulo WINDOW_MAX */
	size_t lengths[WINDOW_MAX];	/* likewise; the last may be shorter */
	uint64_t taken_count;
	uint64_t settled;
	char name[NAME_BYTES];		/* final */
	char partial[NAME_BYTES + 16];
	int fd;				/* -1: none */
};

static const struct de_option out_late_options[] = {
	{ "folder", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 1000, NULL,
	  "where the volumes go, as 001, 002, and so on" },
	{ "window", DE_OPTION_INTEGER, 0, 0, WINDOW_MAX - 1, "8",
	  "how many records it may be late with" },
	{ "told", DE_OPTION_INTEGER, 0, 0, UINT32_MAX, NULL,
	  "what it gives as its window instead" },
	{ "streams", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "it says that it cannot stand still" },
	{ "capacity", DE_OPTION_SIZES, 0, 0, INT32_MAX, "auto",
	  "records that a volume holds, by the order of opening" },
	{ "fail_write", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD that cannot be written, which it hears late" },
	{ "fail_settle", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "settling fails, once" },
	{ "flip", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD of which a byte is stored wrong" },
	{ "miscount", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "settled() is wrong: \"more\", \"back\", \"few\" at the end, or "
	  "\"late\" with too many" },
	DE_OPTIONS_END
};

static enum de_status
fail(const struct out_late *l, const char *what)
{
	l->host->report(l->host, DE_ERROR, "%s: %s", l->name, what);
	return DE_FAILED;
}

/* How often was this called for `what` before?  Counts across processes. */
static int64_t
count(const struct out_late *l, const char *what)
{
	char name[NAME_BYTES + 64];
	struct stat st;

	snprintf(name, sizeof(name), "%s/.count-%s",
	    l->host->get_string(l->host, "folder"), what);
	const int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0644);
	if (fd == -1 || fstat(fd, &st) == -1 || write(fd, "x", 1) != 1)
		abort();
	close(fd);
	return (int64_t)st.st_size;
}

/* For the options of the form VOLUME:RECORD; each takes effect once. */
static bool
record_has(const struct out_late *l, const char *fault)
{
	char due[64];

	snprintf(due, sizeof(due), "%u:%llu", l->volume,
	    (unsigned long long)l->settled + 1);
	const char *text = l->host->get_string(l->host, fault);
	return text != NULL && strcmp(text, due) == 0 && count(l, fault) == 0;
}

static bool
miscounts(const struct out_late *l, const char *how)
{
	const char *text = l->host->get_string(l->host, "miscount");
	return text != NULL && strcmp(text, how) == 0;
}

static void
set_capacity(struct out_late *l)
{
	const int64_t *items;
	const size_t n = l->host->get_sizes(l->host, "capacity", &items);

	l->capacity = -1;
	if (n == 0)
		return;
	const size_t opened = (size_t)count(l, "opened");
	l->capacity = items[opened < n ? opened : n - 1];
}

static enum de_status
out_late_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_late *l = self;

	l->volume = volume->number;
	l->length = volume->record_size;
	l->taken_count = l->settled = 0;
	snprintf(l->name, sizeof(l->name), "%s/%03u",
	    l->host->get_string(l->host, "folder"), l->volume);
	snprintf(l->partial, sizeof(l->partial), "%s.partial", l->name);
	set_capacity(l);
	l->fd = open(l->partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (l->fd == -1)
		return fail(l, strerror(errno));
	medium->name = l->name;
	medium->window = (uint32_t)l->host->get_integer(l->host,
	    l->host->is_set(l->host, "told") ? "told" : "window");
	if (l->host->get_boolean(l->host, "streams"))
		medium->properties |= DE_MEDIUM_STREAMS;
	return DE_OK;
}

static enum de_status
store(const struct out_late *l, const uint8_t *record)
{
	const off_t at = lseek(l->fd, 0, SEEK_END);
	const size_t length = l->lengths[l->settled % WINDOW_MAX];
	uint8_t wrong;

	if (pwrite(l->fd, record, length, at) != (ssize_t)length)
		return fail(l, "cannot be written");
	if (!record_has(l, "flip"))
		return DE_OK;
	wrong = record[l->length / 2] ^ 1;
	return pwrite(l->fd, &wrong, 1, at + (off_t)l->length / 2) == 1 ?
	    DE_OK : fail(l, "cannot be written");
}

/* Take all answers but the last `keep`. */
static enum de_status
hear(struct out_late *l, uint64_t keep)
{
	while (l->taken_count - l->settled > keep) {
		if ((int64_t)l->settled == l->capacity)
			return DE_END_OF_VOLUME;
		if (record_has(l, "fail_write"))
			return fail(l, "is not written, as told");
		const enum de_status status = store(l,
		    l->taken[l->settled % WINDOW_MAX]);
		if (status != DE_OK)
			return status;
		l->settled++;
	}
	return DE_OK;
}

/* Once a record has failed, no later one is accepted. */
static enum de_status
out_late_write(void *self, const void *record, size_t length)
{
	struct out_late *l = self;
	const uint64_t keep = l->taken_count * 7 % (l->window + 1);

	l->lengths[l->taken_count % WINDOW_MAX] = length;
	l->taken[l->taken_count++ % WINDOW_MAX] = record;
	const enum de_status status = hear(l, keep);
	if (status != DE_OK)
		l->taken_count--;
	return status;
}

static uint64_t
out_late_settled(void *self)
{
	const struct out_late *l = self;

	if (l->settled > 2 && miscounts(l, "more"))
		return l->taken_count + 1;
	if (l->settled > 5 && miscounts(l, "back"))
		return 1;
	if (l->settled == l->taken_count && miscounts(l, "few"))
		return l->settled - (l->settled > 0);
	if (miscounts(l, "late"))
		return 0;
	return l->settled;
}

static enum de_status
out_late_settle(void *self)
{
	struct out_late *l = self;

	if (l->host->get_boolean(l->host, "fail_settle") &&
	    count(l, "fail_settle") == 0)
		return fail(l, "is not settled, as told");
	return hear(l, 0);
}

static enum de_status
out_late_close_volume(void *self, enum de_close how)
{
	struct out_late *l = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE && rename(l->partial, l->name) == -1)
		status = fail(l, strerror(errno));
	close(l->fd);
	l->fd = -1;
	if (how == DE_CLOSE_DISCARD || status != DE_OK)
		unlink(l->partial);
	return status;
}

static enum de_status
out_late_begin_readback(void *self)
{
	const struct out_late *l = self;

	return lseek(l->fd, 0, SEEK_SET) == 0 ? DE_OK :
	    fail(l, strerror(errno));
}

static enum de_status
out_late_read_back(void *self, void *buffer, size_t room, size_t *length)
{
	const struct out_late *l = self;
	const ssize_t n = read(l->fd, buffer, room);

	if (n == -1)
		return fail(l, strerror(errno));
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

static enum de_status
out_late_create(const struct de_host *host, void **self)
{
	struct out_late *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return DE_FAILED;
	l->host = host;
	l->window = (uint64_t)host->get_integer(host, "window");
	l->fd = -1;
	*self = l;
	return DE_OK;
}

static void
out_late_destroy(void *self)
{
	free(self);
}

static const struct de_output out_late_output = {
	.struct_size = sizeof(out_late_output),
	.open_volume = out_late_open_volume,
	.write = out_late_write,
	.close_volume = out_late_close_volume,
	.begin_readback = out_late_begin_readback,
	.read_back = out_late_read_back,
	.settled = out_late_settled,
	.settle = out_late_settle,
};

static const struct de_plugin out_late = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-late",
	.summary = "volumes that hear late of what became of a record",
	.options = out_late_options,
	.create = out_late_create,
	.destroy = out_late_destroy,
	.output = &out_late_output,
};

DE_PLUGIN(out_late);
