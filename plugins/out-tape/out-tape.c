/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-tape.c - output: one tape drive, or several in turn
 *
 * A volume is a file on the tape, followed by a file mark.  It is read from
 * there as well.
 */
#include "out-tape.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../common/resource.h"
#include "describe.h"
#include "../common/label.h"
#include "place.h"
#include "reading.h"
#include "ready.h"
#include "records.h"
#include "sense.h"
#include "trouble.h"

/* Automatic retries of a volume after a reset of the drive. */
#define RETRIES 2
/* Limits of the driver's counters. */
#define BLOCK_SIZE_MAX 0xfffc00
#define FILE_MAX 1000000

/* One of the drives listed in the option `device`. */
struct used {
	bool written;		/* its tape holds a volume of this dump */
	bool full;		/* and has no room left */
};

/* Attempts at a volume; in memory shared by all processes of a dump. */
struct attempts {
	uint32_t volume;
	unsigned int retries;
};

struct out_tape {
	const struct de_host *host;	/* borrowed */
	const char *const *devices;	/* borrowed; option "device" */
	size_t device_count;		/* 1 or more */
	struct place_wish place;	/* from the options, except the time */
	struct ready_wish wish;		/* options */
	bool rewind;			/* option "rewind" */
	bool eject;			/* option "eject" */
	struct used *used;		/* owned; device_count of them */
	uint32_t *full;			/* owned; volumes that filled tapes, */
	size_t full_count;		/* so many */
	struct attempts *attempts;	/* owned; shared memory */

	struct drive drive;
	struct records records;
	uint32_t record_size;		/* bytes */
	struct reading reading;		/* with a buffer: the volume open for
					   reading */
	uint32_t read_volume;		/* last opened for reading; 0: none */
	int read_file;			/* and where it is; -1: unknown */
	struct de_volume volume;	/* the open one; its texts are not
					   kept */
	char label[LABEL_BYTES];	/* of its dump */
	char barcode[SENSE_TEXT_BYTES];	/* of its tape; "": unknown, as */
	char serial[SENSE_TEXT_BYTES];	/* its serial number */
	size_t device;			/* the open one; device_count:
					   another */
	int file;			/* number on the tape, the first is 0 */
};

static const struct de_option out_tape_options[] = {
	{ "device", DE_OPTION_STRINGS, DE_OPTION_REQUIRED, 1, PATH_MAX - 1,
	  NULL, "tape drive, such as /dev/nst0; the drives of a list are used "
	  "in turn" },
	{ "block_size", DE_OPTION_SIZE, 0, 0, BLOCK_SIZE_MAX, "0",
	  "block size of a drive with fixed blocks; 0: variable, each record "
	  "is a block" },
	{ "append", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "append to what is on the tape" },
	{ "file", DE_OPTION_INTEGER, 0, 0, FILE_MAX, NULL,
	  "write as this file of the tape, losing all that follow; the first "
	  "is 0" },
	{ "rewind", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "rewind the tape when the volume is complete" },
	{ "eject", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "eject the tape when the volume is complete" },
	{ "protect_days", DE_OPTION_INTEGER, 0, 0, 36500, "0",
	  "days for which a dump is not overwritten; 0: none" },
	{ "protect", DE_OPTION_STRING, 0, 1, 16, NULL,
	  "\"catalog\": overwrite only dumps that the catalogue lets go" },
	{ "overwrite_foreign", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "overwrite a tape that holds no dump or cannot be read" },
	{ "wait_ready", DE_OPTION_INTEGER, 0, 0, 86400, "120",
	  "seconds to wait for a drive that is loading or otherwise not "
	  "ready" },
	DE_OPTIONS_END
};

/*
 * The drive for a volume: the EOT handler's choice, or else from the options.
 */
static const char *
device_for(const struct out_tape *t, const struct de_volume *volume,
    size_t *index)
{
	*index = (volume->number - 1) % t->device_count;
	if (volume->medium == NULL)
		return t->devices[*index];
	for (*index = 0; *index < t->device_count; (*index)++)
		if (strcmp(t->devices[*index], volume->medium) == 0)
			break;
	return volume->medium;
}

/* Do its records have several lengths? */
static bool
has_records(const struct de_volume *volume)
{
	return DE_HAS(volume, properties) &&
	    (volume->properties & DE_VOLUME_RECORDS) != 0;
}

static enum de_status
check_record_size(struct out_tape *t, const struct de_volume *volume)
{
	const uint32_t block_size = (uint32_t)t->place.block_size;

	const bool is_filtered = DE_HAS(volume, properties) &&
	    (volume->properties & DE_VOLUME_FILTERED) != 0;

	if (block_size == 0 || (!is_filtered &&
	    volume->record_size % block_size == 0))
		return DE_OK;
	t->drive.failure = DE_FAILURE_SETTINGS;
	if (has_records(volume)) {
		t->host->report(t->host, DE_ERROR, "block_size: compressed "
		    "records have many lengths, which fixed blocks do not "
		    "allow; leave block_size or compress out");
		return DE_FAILED;
	}
	if (is_filtered) {
		t->host->report(t->host, DE_ERROR, "block_size: the last "
		    "record of a volume that passes filters is shorter, which "
		    "fixed blocks do not allow; leave block_size out");
		return DE_FAILED;
	}
	t->host->report(t->host, DE_ERROR, "block_size: a record of %" PRIu32
	    " bytes is not a multiple of %" PRIu32 "; change ring.blocking or "
	    "block_size", volume->record_size, block_size);
	return DE_FAILED;
}

static enum de_status
out_tape_check(void *self, const struct de_volume *volume)
{
	struct out_tape *t = self;
	enum de_status status = check_record_size(t, volume);

	if (!keep_can_ask(t->host, &t->place.keep))
		status = DE_FAILED;
	for (size_t i = 0; i < t->device_count; i++)
		if (ready_look(&t->drive, t->devices[i], &t->wish) != DE_OK)
			status = DE_FAILED;
	return status;
}

/* Report a failure of the open volume. */
static enum de_status
fail_volume(struct out_tape *t, const char *what, int error)
{
	char text[128];

	snprintf(text, sizeof(text), "volume %" PRIu32 " %s",
	    t->volume.number, what);
	return trouble_tell(&t->drive, text, error);
}

static void
report_drive(struct out_tape *t)
{
	char text[DESCRIPTION_BYTES];

	describe_drive(&t->drive, text);
	t->host->report(t->host, DE_INFO, "%s: volume %" PRIu32
	    " is file %d of "
	    "the tape%s%s", t->drive.name, t->volume.number, t->file,
	    text[0] == '\0' ? "" : "; ", text);
	/* Reset the counter: earlier errors belong to other volumes. */
	describe_soft_errors(&t->drive);
}

/* Copy it: its texts are valid during the call only. */
static void
remember_volume(struct out_tape *t, const struct de_volume *volume)
{
	snprintf(t->label, sizeof(t->label), "%s", volume->label);
	t->volume = *volume;
	t->volume.label = t->label;
	t->volume.job = t->volume.medium = NULL;
}

/* Find a suitable tape and position it to where the volume begins. */
static enum de_status
open_tape(struct out_tape *t, const struct de_volume *volume)
{
	struct place_wish wish = t->place;
	const char *name = device_for(t, volume, &t->device);

	if (check_record_size(t, volume) != DE_OK ||
	    ready_open(&t->drive, name, &t->wish) != DE_OK)
		return DE_FAILED;
	wish.keep.now = (int64_t)time(NULL);
	wish.keep.full = t->full;
	wish.keep.full_count = t->full_count;
	if (place_find(&t->drive, &wish, volume, &t->file) == DE_OK)
		return DE_OK;
	drive_close(&t->drive);
	return DE_FAILED;
}

static void
describe_medium(struct out_tape *t, struct de_medium *medium)
{
	medium->name = t->drive.name;
	medium->properties |= DE_MEDIUM_STREAMS;
	if (DE_HAS(medium, file)) {
		medium->properties |= DE_MEDIUM_HAS_FILE;
		medium->file = (uint32_t)t->file;
	}
	if (!DE_HAS(medium, serial))
		return;
	sense_medium_text(&t->drive, SENSE_BARCODE, t->barcode);
	sense_medium_text(&t->drive, SENSE_SERIAL_NUMBER, t->serial);
	medium->barcode = t->barcode[0] == '\0' ? NULL : t->barcode;
	medium->serial = t->serial[0] == '\0' ? NULL : t->serial;
	if (!drive_tell(&t->drive, &medium->position))
		return;
	medium->properties |= DE_MEDIUM_HAS_POSITION;
	medium->record_positions = t->place.block_size == 0 ? 1 :
	    t->volume.record_size / (uint32_t)t->place.block_size;
}

static enum de_status
out_tape_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_tape *t = self;

	if (t->attempts->volume != volume->number)
		*t->attempts = (struct attempts){ volume->number, 0 };
	if (open_tape(t, volume) != DE_OK) {
		if (!DE_HAS(medium, mark))
			return DE_FAILED;
		medium->name = t->drive.name;
		medium->failure = t->drive.failure;
		medium->mark = t->drive.mark;
		return DE_FAILED;
	}
	remember_volume(t, volume);
	t->record_size = volume->record_size;
	records_begin(&t->records, &t->drive, volume->number, t->file,
	    (size_t)t->place.block_size);
	report_drive(t);
	describe_medium(t, medium);
	return DE_OK;
}

static enum de_status
out_tape_write(void *self, const void *record, size_t length)
{
	struct out_tape *t = self;
	return records_write(&t->records, record, length);
}

static enum de_status
out_tape_shorten(void *self, uint64_t length)
{
	struct out_tape *t = self;
	uint64_t count = length / t->record_size;

	if (has_records(&t->volume) &&
	    !records_find(&t->records, length, &count))
		return DE_FAILED;
	return records_shorten(&t->records, count);
}

static void
report_soft_errors(struct out_tape *t)
{
	const unsigned int errors = describe_soft_errors(&t->drive);

	if (errors > 0)
		t->host->report(t->host, DE_WARNING, "%s: volume %" PRIu32 " "
		    "is complete, but the drive corrected %u errors while "
		    "writing; if this recurs, clean the drive or use another "
		    "tape", t->drive.name, t->volume.number, errors);
}

/* A rewind makes the drive flush its buffer and report the result. */
static enum de_status
put_away(struct out_tape *t)
{
	if (!t->rewind && !t->eject)
		return DE_OK;
	if (drive_do(&t->drive, MTREW, 1) == -1)
		return fail_volume(t, "may lack its end: rewinding failed",
		    errno);
	if (t->eject && drive_do(&t->drive, MTOFFL, 1) == -1)
		t->host->report(t->host, DE_WARNING, "%s: volume %" PRIu32 " "
		    "is complete, but its tape cannot be ejected: %s; press "
		    "the button of the drive, or mt -f %s offline",
		    t->drive.name, t->volume.number, strerror(errno),
		    t->drive.name);
	return DE_OK;
}

static enum de_status
complete(struct out_tape *t)
{
	if (records_end(&t->records) != DE_OK)
		return DE_FAILED;
	report_soft_errors(t);
	return put_away(t);
}

/* Closing may report a late error. */
static enum de_status
close_drive(struct out_tape *t)
{
	if (drive_close(&t->drive) == 0)
		return DE_OK;
	return fail_volume(t, "may lack its end: closing the drive failed",
	    errno);
}

/* Nothing of this dump may follow that volume. */
static enum de_status
note_full(struct out_tape *t)
{
	uint32_t *full = realloc(t->full, (t->full_count + 1) * sizeof(*full));

	if (full == NULL)
		return fail_volume(t, "cannot be recorded", ENOMEM);
	full[t->full_count++] = t->volume.number;
	t->full = full;
	return DE_OK;
}

static enum de_status
out_tape_close_volume(void *self, enum de_close how)
{
	struct out_tape *t = self;
	enum de_status status = DE_FAILED;

	if (how == DE_CLOSE_COMPLETE) {
		status = complete(t);
		if (t->device < t->device_count)
			t->used[t->device] = (struct used){ true,
			    t->records.full };
		if (status == DE_OK && t->records.full)
			status = note_full(t);
	}
	if (status != DE_OK && t->records.begun)
		place_discard(&t->drive, &t->place, &t->volume, t->file);
	return close_drive(t) == DE_OK ? status : DE_FAILED;
}

static enum de_status
out_tape_begin_readback(void *self)
{
	struct out_tape *t = self;

	if (records_end(&t->records) != DE_OK)
		return DE_FAILED;
	return place_return(&t->drive, t->file);
}

/* Of the volume just written. */
static enum de_status
read_back(struct out_tape *t, void *buffer, size_t room, size_t *length)
{
	const ssize_t n = drive_read(&t->drive, buffer, room);

	if (n == -1)
		return fail_volume(t, "cannot be read back", errno);
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

/* Note where the volume begins, to return if it is opened again. */
static void
note_volume(struct out_tape *t, uint32_t number)
{
	struct mtget status;

	t->read_volume = number;
	t->read_file = drive_status(&t->drive, &status) ?
	    (int)status.mt_fileno : -1;
}

/*
 * A volume to be read begins where the tape is, unless the engine or the options
 * say which file of the tape it is, or it was opened before.  After a reset, the tape is
 * nowhere.
 */
static enum de_status
go_to_volume(struct out_tape *t, const struct de_volume *volume)
{
	const uint32_t number = volume->number;
	enum de_status status = DE_OK;

	if (DE_HAS(volume, file) && volume->file != 0)
		return place_return(&t->drive, (int)volume->file - 1);
	if (t->place.kind == PLACE_FILE)
		return place_return(&t->drive, t->place.file);
	if (number == t->read_volume && t->read_file >= 0)
		return place_return(&t->drive, t->read_file);
	if (drive_is_lost(&t->drive))
		status = place_return(&t->drive, 0);
	if (status == DE_OK)
		note_volume(t, number);
	return status;
}

static enum de_status
open_reading(struct out_tape *t, const struct de_volume *volume)
{
	const struct ready_wish wish = { .is_read = true,
	    .wait_ready = t->wish.wait_ready };
	size_t device;

	if (ready_open(&t->drive, device_for(t, volume, &device), &wish) !=
	    DE_OK || go_to_volume(t, volume) != DE_OK)
		return DE_FAILED;
	return reading_begin(&t->reading, &t->drive, volume->number,
	    t->place.block_size);
}

static void
out_tape_close_reading(void *self)
{
	struct out_tape *t = self;

	if (t->reading.buffer != NULL)
		reading_end(&t->reading);
	drive_close(&t->drive);
}

static enum de_status
out_tape_open_reading(void *self, const struct de_volume *volume,
    struct de_reading *about)
{
	struct out_tape *t = self;
	const enum de_status status = open_reading(t, volume);

	about->name = t->drive.name;
	if (status == DE_OK) {
		reading_describe(&t->reading, about);
	} else {
		about->failure = t->drive.failure;
		out_tape_close_reading(t);
	}
	return status;
}

static enum de_status
out_tape_read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_tape *t = self;

	return t->reading.buffer == NULL ?
	    read_back(t, buffer, room, length) :
	    reading_next(&t->reading, buffer, room, length);
}

static enum de_status
out_tape_tell(void *self, uint64_t *position)
{
	const struct out_tape *t = self;

	return reading_tell(&t->reading, position);
}

static enum de_status
out_tape_go_to(void *self, uint64_t position)
{
	struct out_tape *t = self;

	return reading_go_to(&t->reading, position);
}

/*
 * The drive's tape already holds a volume of this dump, and another cannot
 * follow it.
 */
static bool
out_tape_needs_change(void *self, const struct de_volume *volume)
{
	const struct out_tape *t = self;
	size_t index;

	device_for(t, volume, &index);
	if (index == t->device_count)
		return false;
	/* The volume being written counts, too. */
	const struct used used = index == t->device && t->drive.fd != -1 ?
	    (struct used){ true, t->records.full } : t->used[index];
	return used.written &&
	    (t->place.kind != PLACE_END || used.full || t->eject);
}

/* Retry without the operator if the only problem was a reset. */
static bool
out_tape_may_retry(void *self)
{
	const struct out_tape *t = self;

	if (!t->records.lost || t->attempts->retries >= RETRIES)
		return false;
	t->attempts->retries++;
	return true;
}

static enum de_failure
out_tape_failure(void *self)
{
	const struct out_tape *t = self;
	return t->drive.failure;
}

/*
 * Any of the drives may be used; on its tape, files before the start position
 * survive.
 */
static enum de_status
out_tape_name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct out_tape *t = self;
	const struct resource_taker taker = {
		.take = take,
		.arg = arg,
		.keeps = t->place.kind == PLACE_END ? DE_KEEPS_ALL :
		    t->place.kind == PLACE_FILE ? t->place.file : 0,
	};
	enum de_status status = DE_OK;

	(void)volume;
	for (size_t i = 0; i < t->device_count && status == DE_OK; i++)
		status = resource_name_path(&taker, t->devices[i]);
	return status;
}

static void
out_tape_destroy(void *self)
{
	struct out_tape *t = self;

	drive_free(&t->drive);
	munmap(t->attempts, sizeof(*t->attempts));
	free(t->used);
	free(t->full);
	free(t);
}

static enum de_status
refuse_option(const struct out_tape *t, const char *why)
{
	t->host->report(t->host, DE_ERROR, "%s", why);
	return DE_FAILED;
}

static enum de_status
take_options(struct out_tape *t)
{
	const struct de_host *host = t->host;

	t->rewind = host->get_boolean(host, "rewind");
	t->eject = host->get_boolean(host, "eject");
	t->place.block_size = (int)host->get_integer(host, "block_size");
	t->place.keep.protect_days = host->get_integer(host, "protect_days");
	t->place.keep.overwrite_foreign = host->get_boolean(host,
	    "overwrite_foreign");
	t->wish.wait_ready = host->get_integer(host, "wait_ready");
	if (!keep_take_protect(host, &t->place.keep))
		return DE_FAILED;
	if (host->is_set(host, "file")) {
		t->place.kind = PLACE_FILE;
		t->place.file = (int)host->get_integer(host, "file");
	}
	if (host->get_boolean(host, "append")) {
		if (t->place.kind == PLACE_FILE)
			return refuse_option(t, "append and file: cannot be "
			    "combined, as each says where a volume begins");
		t->place.kind = PLACE_END;
	}
	if (t->place.block_size % DE_TAPE_BLOCK != 0)
		return refuse_option(t, "block_size: must be a multiple of "
		    "1024, or 0 for variable blocks");
	t->wish.no_rewind = t->place.kind != PLACE_BEGINNING || !t->rewind;
	return DE_OK;
}

enum de_status
out_tape_create_on(const struct de_host *host,
    const struct drive_calls *calls, void *context, void **self)
{
	struct out_tape *t = calloc(1, sizeof(*t));
	void *shared = MAP_FAILED;

	if (t == NULL)
		goto no_memory;
	t->host = host;
	t->device_count = host->get_strings(host, "device", &t->devices);
	t->used = calloc(t->device_count, sizeof(*t->used));
	shared = mmap(NULL, sizeof(*t->attempts), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t->used == NULL || shared == MAP_FAILED)
		goto no_memory;
	t->attempts = shared;
	drive_init(&t->drive, host, calls, context);
	if (take_options(t) != DE_OK) {
		out_tape_destroy(t);
		return DE_FAILED;
	}
	*self = t;
	return DE_OK;

no_memory:
	host->report(host, DE_ERROR, "out-tape: out of memory");
	if (shared != MAP_FAILED)
		munmap(shared, sizeof(*t->attempts));
	if (t != NULL)
		free(t->used);
	free(t);
	return DE_FAILED;
}

static enum de_status
out_tape_create(const struct de_host *host, void **self)
{
	return out_tape_create_on(host, &drive_system_calls, NULL, self);
}

static const struct de_output out_tape_output = {
	.struct_size = sizeof(out_tape_output),
	.check = out_tape_check,
	.open_volume = out_tape_open_volume,
	.write = out_tape_write,
	.close_volume = out_tape_close_volume,
	.begin_readback = out_tape_begin_readback,
	.needs_change = out_tape_needs_change,
	.may_retry = out_tape_may_retry,
	.failure = out_tape_failure,
	.name_resources = out_tape_name_resources,
	.open_reading = out_tape_open_reading,
	.shorten = out_tape_shorten,
	.read_record = out_tape_read_record,
	.tell = out_tape_tell,
	.go_to = out_tape_go_to,
	.close_reading = out_tape_close_reading,
};

static const struct de_plugin out_tape = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-tape",
	.summary = "write each volume to a tape",
	.options = out_tape_options,
	.create = out_tape_create,
	.destroy = out_tape_destroy,
	.output = &out_tape_output,
};

DE_PLUGIN(out_tape);
