/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-volumes.c - output for tests: volumes that end, fail, lie or crash on
 * demand
 *
 * Each attempt to write a volume is a separate process, so the lengths of files
 * beside the volumes count what has happened already.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

#define NAME_BYTES 4096
#define RECORDS_MAX 65536		/* whose ends are known */

struct out_volumes {
	const struct de_host *host;	/* borrowed */
	int64_t capacity;		/* records it holds; -1: no limit */
	int64_t records;		/* written to it */
	uint64_t ends[RECORDS_MAX];	/* of these: bytes up to there */
	uint32_t volume;
	char name[NAME_BYTES];		/* final */
	char partial[NAME_BYTES + 16];
	int fd;				/* -1: none */
};

static const struct de_option out_volumes_options[] = {
	{ "folder", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 1000, NULL,
	  "where the volumes go, as 001, 002, and so on" },
	{ "capacity", DE_OPTION_SIZES, 0, 0, INT32_MAX, "auto",
	  "records that a volume holds, by the order of opening" },
	{ "refuse", DE_OPTION_SIZES, 0, 0, 1000, "auto",
	  "reasons to refuse to open, by the order of opening; 0: none" },
	{ "marks", DE_OPTION_SIZES, 0, 0, INT32_MAX, "auto",
	  "of what is refused, in the same order" },
	{ "shortens", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "a volume can be shortened" },
	{ "times", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "1",
	  "how often each of the faults comes" },
	{ "delay", DE_OPTION_INTEGER, 0, 0, 10000, "0",
	  "milliseconds that each record takes" },
	{ "short_write", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD of which half is written, which is an error" },
	{ "fail_write", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD that cannot be written" },
	{ "flip", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD of which a byte is stored wrong" },
	{ "block", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD whose write hangs until the run is aborted" },
	{ "kill", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD at which the process is killed" },
	{ "crash", DE_OPTION_STRING, 0, 0, 0, NULL,
	  "VOLUME:RECORD at which the process crashes" },
	{ "retry", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "how often a failure may be over at the next attempt" },
	{ "fail_open", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the volume that cannot be opened" },
	{ "fail_close", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the volume that cannot be made safe" },
	{ "fail_readback", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the volume that cannot be read back" },
	{ "kill_closed", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "the volume after whose closing the process is killed" },
	DE_OPTIONS_END
};

static enum de_status
fail(const struct out_volumes *v, const char *what)
{
	v->host->report(v->host, DE_ERROR, "%s: %s", v->name, what);
	return DE_FAILED;
}

/* How often was this called for `what` before?  Counts across processes. */
static int64_t
count(const struct out_volumes *v, const char *what)
{
	char name[NAME_BYTES + 64];
	struct stat st;

	snprintf(name, sizeof(name), "%s/.count-%s",
	    v->host->get_string(v->host, "folder"), what);
	const int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0644);
	if (fd == -1 || fstat(fd, &st) == -1 || write(fd, "x", 1) != 1)
		abort();
	close(fd);
	return (int64_t)st.st_size;
}

static bool
is_due(const struct out_volumes *v, const char *fault)
{
	return count(v, fault) < v->host->get_integer(v->host, "times");
}

/* For the options that name a volume. */
static bool
volume_has(const struct out_volumes *v, const char *fault)
{
	return v->host->get_integer(v->host, fault) == (int64_t)v->volume &&
	    is_due(v, fault);
}

/* For the options of the form VOLUME:RECORD. */
static bool
record_has(const struct out_volumes *v, const char *fault)
{
	const char *text = v->host->get_string(v->host, fault);
	char *end;

	if (text == NULL)
		return false;
	const unsigned long volume = strtoul(text, &end, 10);
	if (*end != ':')
		abort();
	const long long record = strtoll(end + 1, NULL, 10);
	return volume == v->volume && record == (long long)v->records &&
	    is_due(v, fault);
}

static void
set_capacity(struct out_volumes *v)
{
	const int64_t *items;
	const size_t n = v->host->get_sizes(v->host, "capacity", &items);

	v->capacity = -1;
	if (n == 0)
		return;
	const size_t opened = (size_t)count(v, "opened");
	v->capacity = items[opened < n ? opened : n - 1];
}

/* From a list in the order of opening; 0 after its end. */
static int64_t
item(const struct out_volumes *v, const char *key, size_t n)
{
	const int64_t *items;

	return n < v->host->get_sizes(v->host, key, &items) ? items[n] : 0;
}

static bool
refuses(const struct out_volumes *v, struct de_medium *medium)
{
	const int64_t *items;

	if (v->host->get_sizes(v->host, "refuse", &items) == 0)
		return false;
	const size_t n = (size_t)count(v, "refused");
	medium->failure = (enum de_failure)item(v, "refuse", n);
	medium->mark = (uint64_t)item(v, "marks", n);
	return item(v, "refuse", n) != 0;
}

static enum de_status
out_volumes_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_volumes *v = self;

	v->volume = volume->number;
	v->records = 0;
	if (volume->medium != NULL)
		snprintf(v->name, sizeof(v->name), "%s", volume->medium);
	else
		snprintf(v->name, sizeof(v->name), "%s/%03u",
		    v->host->get_string(v->host, "folder"), v->volume);
	snprintf(v->partial, sizeof(v->partial), "%s.partial", v->name);
	if (refuses(v, medium))
		return fail(v, "is refused, as told");
	if (volume_has(v, "fail_open"))
		return fail(v, "is not opened, as told");
	set_capacity(v);
	v->fd = open(v->partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (v->fd == -1)
		return fail(v, strerror(errno));
	medium->name = v->name;
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
store(const struct out_volumes *v, const void *record, size_t length)
{
	if (write(v->fd, record, length) != (ssize_t)length)
		return fail(v, "cannot be written");
	return DE_OK;
}

/* Change the byte in the middle. */
static enum de_status
store_flipped(const struct out_volumes *v, const uint8_t *record,
    size_t length)
{
	const uint8_t wrong = record[length / 2] ^ 1;
	const enum de_status status = store(v, record, length);

	if (status == DE_OK && pwrite(v->fd, &wrong, 1, (v->records - 1) *
	    (off_t)length + (off_t)length / 2) != 1)
		abort();
	return status;
}

/* Really crash: a signal that is sent would be blocked. */
static void
crash(void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

static enum de_status
out_volumes_write(void *self, const void *record, size_t length)
{
	struct out_volumes *v = self;

	if (v->records == v->capacity)
		return DE_END_OF_VOLUME;
	if (v->records < RECORDS_MAX)
		v->ends[v->records] = length + (v->records == 0 ? 0 :
		    v->ends[v->records - 1]);
	v->records++;
	take_a_while(v->host->get_integer(v->host, "delay"));
	if (record_has(v, "kill"))
		raise(SIGKILL);
	if (record_has(v, "crash"))
		crash();
	if (record_has(v, "block")) {
		while (!v->host->cancelled(v->host))
			take_a_while(10000);
		return DE_FAILED;
	}
	if (record_has(v, "fail_write"))
		return fail(v, "is not written, as told");
	if (record_has(v, "short_write")) {
		store(v, record, length / 2);
		return fail(v, "half a record is written, as told");
	}
	if (record_has(v, "flip"))
		return store_flipped(v, record, length);
	return store(v, record, length);
}

static enum de_status
out_volumes_shorten(void *self, uint64_t length)
{
	struct out_volumes *v = self;
	int64_t records = v->records;

	while (records > 0 && (records > RECORDS_MAX ||
	    v->ends[records - 1] > length))
		records--;
	if (!v->host->get_boolean(v->host, "shortens") ||
	    length != (records == 0 ? 0 : v->ends[records - 1]) ||
	    ftruncate(v->fd, (off_t)length) == -1 ||
	    lseek(v->fd, (off_t)length, SEEK_SET) == -1)
		return DE_FAILED;
	v->records = records;
	return DE_OK;
}

static enum de_status
finish(struct out_volumes *v)
{
	if (volume_has(v, "fail_close"))
		return fail(v, "is not made safe, as told");
	if (rename(v->partial, v->name) == -1)
		return fail(v, strerror(errno));
	if (volume_has(v, "kill_closed"))
		raise(SIGKILL);
	return DE_OK;
}

static enum de_status
out_volumes_close_volume(void *self, enum de_close how)
{
	struct out_volumes *v = self;
	const enum de_status status = how == DE_CLOSE_COMPLETE ? finish(v) :
	    DE_OK;

	close(v->fd);
	v->fd = -1;
	if (how == DE_CLOSE_DISCARD || status != DE_OK)
		unlink(v->partial);
	return status;
}

static enum de_status
out_volumes_begin_readback(void *self)
{
	const struct out_volumes *v = self;

	if (volume_has(v, "fail_readback"))
		return fail(v, "is not read back, as told");
	return lseek(v->fd, 0, SEEK_SET) == 0 ? DE_OK :
	    fail(v, strerror(errno));
}

static enum de_status
out_volumes_read_back(void *self, void *buffer, size_t room, size_t *length)
{
	const struct out_volumes *v = self;
	const ssize_t n = read(v->fd, buffer, room);

	if (n == -1)
		return fail(v, strerror(errno));
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

static bool
out_volumes_may_retry(void *self)
{
	const struct out_volumes *v = self;

	return count(v, "retry") < v->host->get_integer(v->host, "retry");
}

static enum de_status
out_volumes_create(const struct de_host *host, void **self)
{
	struct out_volumes *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return DE_FAILED;
	v->host = host;
	v->fd = -1;
	*self = v;
	return DE_OK;
}

static void
out_volumes_destroy(void *self)
{
	free(self);
}

static const struct de_output out_volumes_output = {
	.struct_size = sizeof(out_volumes_output),
	.open_volume = out_volumes_open_volume,
	.write = out_volumes_write,
	.close_volume = out_volumes_close_volume,
	.begin_readback = out_volumes_begin_readback,
	.read_back = out_volumes_read_back,
	.may_retry = out_volumes_may_retry,
	.shorten = out_volumes_shorten,
};

static const struct de_plugin out_volumes = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-volumes",
	.summary = "volumes that end, fail, lie or crash when told",
	.options = out_volumes_options,
	.create = out_volumes_create,
	.destroy = out_volumes_destroy,
	.output = &out_volumes_output,
};

DE_PLUGIN(out_volumes);
