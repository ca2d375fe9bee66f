/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/label.h"
#include "content.h"
#include "trouble.h"

#define DAY 86400
#define DATE_BYTES 32
#define ADVICE_BYTES 256
/* The largest record there is; a larger block is not one of ours. */
#define BUFFER_BYTES (1 << 20)
#define BUFFER_ALIGNMENT 4096

struct search {
	struct drive *drive;
	const struct place_wish *wish;
	const struct de_volume *volume;
	uint8_t *buffer;
	size_t read_size;
	size_t length;		/* of the block that is in the buffer */
	int file;		/* that the tape is in, at its beginning */
};

enum found {
	FOUND_DUMP,
	FOUND_DATA,		/* of something else */
	FOUND_UNREADABLE,
	FOUND_END		/* of all data */
};

/* ------------------------------------------------------------------- moving */

/* After spacing by files has failed. */
static enum de_status
tell_no_file(struct drive *d, int file, int error)
{
	struct mtget status;

	if (!drive_status(d, &status) || !GMT_EOD(status.mt_gstat))
		return trouble_tell(d, "the tape cannot be wound to the file "
		    "that the volume is to be", error);
	d->failure = DE_FAILURE_OTHER;
	if (status.mt_fileno < 0)
		d->host->report(d->host, DE_ERROR, "%s: there is no file %d on "
		    "the tape (the first is 0); put another tape in, or set "
		    "another file", d->name, file);
	else
		d->host->report(d->host, DE_ERROR, "%s: there is no file %d on "
		    "the tape, which ends after %ld files (the first is file "
		    "0); put another tape in, or set another file", d->name,
		    file, (long)status.mt_fileno);
	return DE_FAILED;
}

enum de_status
place_return(struct drive *d, int file)
{
	if (drive_do(d, MTREW, 1) == -1)
		return trouble_tell(d, "the tape cannot be rewound, and where "
		    "it stands is unknown", errno);
	if (file > 0 && drive_do(d, MTFSF, file) == -1)
		return tell_no_file(d, file, errno);
	return DE_OK;
}

/* To the next file; false behind the last one, or if that cannot be done. */
static bool
next_file(struct search *s)
{
	if (drive_do(s->drive, MTFSF, 1) == -1)
		return false;
	s->file++;
	return true;
}

/*
 * Where nothing was ever written some drives give an error instead of the end.
 * A block that is only bad can be stepped over.
 */
static bool
is_blank(struct search *s)
{
	return drive_go_to_file(s->drive, s->file) == 0 &&
	    drive_do(s->drive, MTFSR, 1) == -1 && drive_is_at_end(s->drive);
}

/*
 * What the next file begins with.  The driver gives 0 bytes at a file mark, as
 * of an empty file, and once at the end of all data.  Some drives make the
 * driver take it for a block there; but it says that it is the end.
 */
static enum found
look_at_file(struct search *s, struct label *label)
{
	ssize_t n;
	int error;

	s->length = 0;
	do {
		n = drive_read(s->drive, s->buffer, s->read_size);
		error = errno;
		if (drive_is_at_end(s->drive))
			return FOUND_END;
		if (n == 0)
			s->file++;
	} while (n == 0);
	if (n > 0) {
		s->length = (size_t)n;
		return label_parse(s->buffer, s->length, label) ? FOUND_DUMP :
		    FOUND_DATA;
	}
	/* A block that is larger than the largest record. */
	if (error == ENOMEM)
		return FOUND_DATA;
	return error == EIO && is_blank(s) ? FOUND_END : FOUND_UNREADABLE;
}

/* ------------------------------------------------------------- what may go */

/* The operator's word is taken at the drive: `what` may go if it is blanked. */
static void
advise(const struct search *s, const char *what,
    char text[static ADVICE_BYTES])
{
	const char *name = s->drive->name;
	char go[24] = "rewind";

	if (s->wish->kind == PLACE_FILE && s->wish->file > 0)
		snprintf(go, sizeof(go), "asf %d", s->wish->file);
	snprintf(text, ADVICE_BYTES, "put another tape in, or if %s may go: mt "
	    "-f %.64s %s; mt -f %.64s weof; then try again", what, name, go,
	    name);
}

static enum de_status
refuse(const struct search *s, enum de_failure failure)
{
	s->drive->failure = failure;
	s->drive->mark = s->length == 0 ? 0 :
	    content_mark(s->buffer, s->length);
	return DE_FAILED;
}

static enum de_status
refuse_same_dump(const struct search *s, const struct label *label)
{
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: the tape holds "
	    "volume %" PRIu32 " of this dump, which restore will need; put "
	    "another tape in, then try again", s->drive->name, label->volume);
	return refuse(s, DE_FAILURE_PROTECTED);
}

static void
describe_date(int64_t seconds, char text[static DATE_BYTES])
{
	const time_t date = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&date, &tm) == NULL ||
	    strftime(text, DATE_BYTES, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(text, DATE_BYTES, "?");
}

/* `why` as: "3 days old, and protect_days is 14". */
static enum de_status
refuse_dump(const struct search *s, const struct label *label,
    const char *kind, const char *why)
{
	char date[DATE_BYTES], advice[ADVICE_BYTES];

	describe_date(label->date, date);
	advise(s, "that dump", advice);
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape is volume %" PRIu32 " of %s level %" PRId32 " dump \"%s\" "
	    "of %s on %s, of %s, %s; %s", s->drive->name, s->file,
	    label->volume, kind, label->level, label->label,
	    label->filesystem, label->host, date, why, advice);
	return refuse(s, DE_FAILURE_PROTECTED);
}

static enum de_status
check_age(const struct search *s, const struct label *label, const char *kind)
{
	const int64_t days = s->wish->protect_days;
	char why[96];

	if (days == 0 || label->date <= s->wish->now - days * DAY)
		return DE_OK;
	if (label->date > s->wish->now)
		snprintf(why, sizeof(why), "of the future, and protect_days is "
		    "%" PRId64, days);
	else
		snprintf(why, sizeof(why), "%" PRId64 " days old, and "
		    "protect_days is %" PRId64, (s->wish->now - label->date) /
		    DAY, days);
	return refuse_dump(s, label, kind, why);
}

/* May this be written over? */
static enum de_status
check_label(const struct search *s, const struct label *label)
{
	if (label_is_of(label, s->volume))
		return label->volume < s->volume->number ?
		    refuse_same_dump(s, label) : DE_OK;
	return check_age(s, label, "the");
}

static enum de_status
check_foreign(const struct search *s)
{
	char what[CONTENT_BYTES] = "data in blocks larger than a dump has";
	char advice[ADVICE_BYTES];

	if (s->wish->overwrite_foreign)
		return DE_OK;
	if (s->length > 0)
		content_describe(s->buffer, s->length, what);
	advise(s, "that", advice);
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape is no dump, but %s; %s; or set overwrite_foreign", s->drive->name, s->file, what, advice);
	return refuse(s, DE_FAILURE_FOREIGN);
}

static enum de_status
check_unreadable(const struct search *s)
{
	char advice[ADVICE_BYTES];

	if (s->wish->overwrite_foreign)
		return DE_OK;
	advise(s, "all on it", advice);
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape cannot be read, so it is unknown what would be lost; %s",
	    s->drive->name, s->file, advice);
	return refuse(s, DE_FAILURE_UNREADABLE);
}

static enum de_status
check_found(const struct search *s, enum found found,
    const struct label *label)
{
	switch (found) {
	case FOUND_DUMP:
		return check_label(s, label);
	case FOUND_DATA:
		return check_foreign(s);
	case FOUND_UNREADABLE:
		return check_unreadable(s);
	case FOUND_END:
		break;
	}
	return DE_OK;
}

/* From here to the end, or only this file if that is all that matters. */
static enum de_status
check_files(struct search *s)
{
	const bool all = s->wish->protect_days > 0;
	enum found found;
	struct label label;

	do {
		found = look_at_file(s, &label);
		if (check_found(s, found, &label) != DE_OK)
			return DE_FAILED;
	} while (all && found != FOUND_END && next_file(s));
	return DE_OK;
}

static enum de_status
find_file(struct search *s, int file)
{
	if (place_return(s->drive, file) != DE_OK)
		return DE_FAILED;
	s->file = file;
	if (check_files(s) != DE_OK)
		return DE_FAILED;
	s->file = file;
	return place_return(s->drive, file);
}

/* --------------------------------------------------------- behind all files */

/* Was this begun by an attempt to write this very volume? */
static bool
is_attempt(const struct search *s, const struct label *label)
{
	return label_is_of(label, s->volume) &&
	    label->volume == s->volume->number;
}

static enum de_status
refuse_append(const struct search *s)
{
	char advice[ADVICE_BYTES];

	advise(s, "all on it", advice);
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape cannot be read, so nothing can be appended behind it; %s",
	    s->drive->name, s->file, advice);
	return refuse(s, DE_FAILURE_UNREADABLE);
}

/* An interrupted program leaves a file without a mark at its end. */
static enum de_status
end_file(struct search *s)
{
	if (drive_do(s->drive, MTEOM, 1) == -1 ||
	    drive_do(s->drive, MTWEOF, 1) == -1)
		return trouble_tell(s->drive, "the end of what is on the tape "
		    "cannot be found", errno);
	s->file++;
	return DE_OK;
}

/*
 * The end has been read over, and some drives take no record there until they
 * have been moved.  Empty files at the end, as `mt weof` leaves one at the
 * beginning, are nothing: the volume comes in their place.
 */
static enum de_status
return_to_end(struct search *s, int files)
{
	const bool stays = s->file == files && files > 0;

	s->file = files;
	if (stays && drive_do(s->drive, MTBSF, 1) == 0 &&
	    drive_do(s->drive, MTFSF, 1) == 0)
		return DE_OK;
	return place_return(s->drive, files);
}

/*
 * File by file: so their number is known, which the driver forgets when it
 * spaces to the end of data, and a volume that failed gives its place back.
 */
static enum de_status
find_end(struct search *s)
{
	enum found found;
	struct label label;
	int files = 0;		/* up to the last that is not empty */

	if (place_return(s->drive, 0) != DE_OK)
		return DE_FAILED;
	do {
		found = look_at_file(s, &label);
		if (found == FOUND_DUMP && is_attempt(s, &label))
			return place_return(s->drive, s->file);
		if (found != FOUND_END)
			files = s->file + 1;
	} while (found != FOUND_END && next_file(s));
	if (found == FOUND_END)
		return return_to_end(s, files);
	if (found == FOUND_UNREADABLE)
		return refuse_append(s);
	return end_file(s);
}

/* Blocks of any size, if the drive can; else they are as set. */
static enum de_status
prepare(struct search *s)
{
	void *buffer;

	if (posix_memalign(&buffer, BUFFER_ALIGNMENT, BUFFER_BYTES) != 0)
		return trouble_tell(s->drive, "cannot be read", ENOMEM);
	s->buffer = buffer;
	s->read_size = BUFFER_BYTES;
	if (drive_do(s->drive, MTSETBLK, 0) == -1 && s->wish->block_size > 0)
		s->read_size -= BUFFER_BYTES % (size_t)s->wish->block_size;
	return DE_OK;
}

static enum de_status
set_block_size(struct drive *d, int block_size)
{
	char what[64];

	if (drive_do(d, MTSETBLK, block_size) == 0)
		return DE_OK;
	snprintf(what, sizeof(what), "the drive cannot be set to block_size "
	    "= %d", block_size);
	return trouble_tell(d, what, errno);
}

enum de_status
place_find(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int *file)
{
	struct search s = { .drive = d, .wish = wish, .volume = volume };

	/* Where it stands may be unknown, which only a rewind gets over. */
	if (place_return(d, 0) != DE_OK || prepare(&s) != DE_OK)
		return DE_FAILED;
	const enum de_status status = wish->kind == PLACE_END ?
	    find_end(&s) : find_file(&s, wish->kind == PLACE_FILE ?
	    wish->file : 0);
	free(s.buffer);
	*file = s.file;
	return status != DE_OK ? status : set_block_size(d, wish->block_size);
}

void
place_discard(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int file)
{
	struct search s = { .drive = d, .wish = wish, .volume = volume };
	struct label label;

	/* A file that begins with a file mark is empty for everybody. */
	if (prepare(&s) == DE_OK && drive_go_to_file(d, file) == 0 &&
	    look_at_file(&s, &label) == FOUND_DUMP && is_attempt(&s, &label) &&
	    drive_go_to_file(d, file) == 0)
		drive_do(d, MTWEOF, 1);
	free(s.buffer);
}
