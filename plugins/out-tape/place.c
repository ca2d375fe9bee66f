/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/label.h"

#define DAY 86400
/* The largest record there is; a larger block is not one of ours. */
#define BUFFER_BYTES (1 << 20)
#define BUFFER_ALIGNMENT 4096

struct search {
	struct drive *drive;
	const struct place_wish *wish;
	const struct de_volume *volume;
	uint8_t *buffer;
	size_t read_size;
	int file;		/* that the tape is in, at its beginning */
};

enum found {
	FOUND_DUMP,
	FOUND_DATA,		/* of something else */
	FOUND_UNREADABLE,
	FOUND_END		/* of all data */
};

enum de_status
place_return(struct drive *d, int file)
{
	if (drive_do(d, MTREW, 1) == -1)
		return drive_fail(d, "the tape cannot be rewound, and where it "
		    "stands is unknown", errno);
	if (file > 0 && drive_do(d, MTFSF, file) == -1) {
		const int error = errno;
		char what[64];
		snprintf(what, sizeof(what), "there is no file %d on the tape "
		    "(the first is 0)", file);
		return drive_fail(d, what, error);
	}
	return DE_OK;
}

static bool
is_end_of_data(struct drive *d)
{
	struct mtget status;

	return drive_status(d, &status) && GMT_EOD(status.mt_gstat);
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

	do {
		n = drive_read(s->drive, s->buffer, s->read_size);
		error = errno;
		if (is_end_of_data(s->drive))
			return FOUND_END;
		if (n == 0)
			s->file++;
	} while (n == 0);
	if (n > 0)
		return label_parse(s->buffer, (size_t)n, label) ? FOUND_DUMP :
		    FOUND_DATA;
	/* A block that is larger than the largest record. */
	return error == ENOMEM ? FOUND_DATA : FOUND_UNREADABLE;
}

static enum de_status
refuse_same_dump(const struct search *s, const struct label *label)
{
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: the tape holds "
	    "volume %" PRIu32 " of this dump, which restore will need; put "
	    "another tape in, then try again", s->drive->name, label->volume);
	return DE_FAILED;
}

static enum de_status
refuse_young(const struct search *s, const struct label *label)
{
	const char *name = s->drive->name;
	const int64_t age = (s->wish->now - label->date) / DAY;
	const time_t date = (time_t)label->date;
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&date, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape is volume %" PRIu32 " of the level %" PRId32 " dump \"%s\" "
	    "of %s on %s, of %s, %" PRId64 " days old, and protect_days is %"
	    PRId64 "; put another tape in, or if that dump may go: mt -f %s "
	    "rewind; mt -f %s weof; then try again", name, s->file,
	    label->volume, label->level, label->label, label->filesystem,
	    label->host, text, age, s->wish->protect_days, name, name);
	return DE_FAILED;
}

/* May this be written over? */
static enum de_status
check_label(const struct search *s, const struct label *label)
{
	if (label_is_of(label, s->volume))
		return label->volume < s->volume->number ?
		    refuse_same_dump(s, label) : DE_OK;
	if (s->wish->protect_days > 0 &&
	    label->date > s->wish->now - s->wish->protect_days * DAY)
		return refuse_young(s, label);
	return DE_OK;
}

/* To the next file; false behind the last one. */
static bool
next_file(struct search *s)
{
	if (drive_do(s->drive, MTFSF, 1) == -1)
		return false;
	s->file++;
	return true;
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
		if (found == FOUND_DUMP && check_label(s, &label) != DE_OK)
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

/* Was this begun by an attempt to write this very volume? */
static bool
is_attempt(const struct search *s, const struct label *label)
{
	return label_is_of(label, s->volume) &&
	    label->volume == s->volume->number;
}

static enum de_status
refuse_unreadable(const struct search *s)
{
	const char *name = s->drive->name;

	s->drive->host->report(s->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape cannot be read, so nothing can be appended behind it; put "
	    "another tape in, or if there is nothing on this one: mt -f %s "
	    "rewind; mt -f %s weof; then try again", name, s->file, name,
	    name);
	return DE_FAILED;
}

/* An interrupted program leaves a file without a mark at its end. */
static enum de_status
end_file(struct search *s)
{
	if (drive_do(s->drive, MTEOM, 1) == -1 ||
	    drive_do(s->drive, MTWEOF, 1) == -1)
		return drive_fail(s->drive, "the end of what is on the tape "
		    "cannot be found", errno);
	s->file++;
	return DE_OK;
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

	if (place_return(s->drive, 0) != DE_OK)
		return DE_FAILED;
	do {
		found = look_at_file(s, &label);
		if (found == FOUND_DUMP && is_attempt(s, &label))
			return place_return(s->drive, s->file);
	} while (found != FOUND_END && next_file(s));
	if (found == FOUND_END)
		return s->file == 0 ? place_return(s->drive, 0) : DE_OK;
	if (found == FOUND_UNREADABLE)
		return refuse_unreadable(s);
	return end_file(s);
}

/* Blocks of any size, if the drive can; else they are as set. */
static enum de_status
prepare(struct search *s)
{
	void *buffer;

	if (posix_memalign(&buffer, BUFFER_ALIGNMENT, BUFFER_BYTES) != 0)
		return drive_fail(s->drive, "cannot be read", ENOMEM);
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
	return drive_fail(d, what, errno);
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
