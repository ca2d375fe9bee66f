/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trouble.h"

/* The largest possible record; a larger block is not ours. */
#define BUFFER_BYTES (1 << 20)
#define BUFFER_ALIGNMENT 4096
/* For the commands that blank a tape. */
#define BLANK_BYTES 200

struct search {
	struct drive *drive;
	const struct place_wish *wish;
	struct keep keep;
	char blank[BLANK_BYTES];
	uint8_t *buffer;
	size_t read_size;
	size_t length;		/* of the block in the buffer */
	int file;		/* at whose beginning the tape is */
};

enum found {
	FOUND_DUMP,
	FOUND_DATA,		/* of something else */
	FOUND_UNREADABLE,
	FOUND_NOTHING,		/* the run is being aborted */
	FOUND_END		/* of all data */
};

/* ------------------------------------------------------------------- moving */

/*
 * Some drives report the end of data only on reading.  Their data is ignored,
 * as they may return a bogus block.
 */
static bool
ends_here(struct drive *d, int file)
{
	uint8_t some[DE_TAPE_BLOCK];

	if (drive_is_at_end(d))
		return true;
	if (drive_go_to_file(d, file) == -1)
		return false;
	(void)drive_read(d, some, sizeof(some));
	return drive_is_at_end(d);
}

/*
 * Spacing by files has failed.  Not every drive reports how far it got, so
 * count the files.
 */
static enum de_status
tell_no_file(struct drive *d, int file, int error)
{
	int files = 0;

	if (drive_do(d, MTREW, 1) == 0)
		while (files < file && drive_do(d, MTFSF, 1) == 0)
			files++;
	if (files == file || !ends_here(d, files))
		return trouble_tell(d, "cannot be positioned to the file of "
		    "the volume", error);
	d->host->report(d->host, DE_ERROR, "%s: the tape has no file %d, it "
	    "ends after %d file%s (the first is file 0); insert another tape, "
	    "or set another file", d->name, file, files, files == 1 ? "" : "s");
	d->failure = DE_FAILURE_OTHER;
	return DE_FAILED;
}

enum de_status
place_return(struct drive *d, int file)
{
	if (drive_do(d, MTREW, 1) == -1)
		return trouble_tell(d, "cannot be rewound, position unknown",
		    errno);
	if (file > 0 && drive_do(d, MTFSF, file) == -1)
		return tell_no_file(d, file, errno);
	return DE_OK;
}

/* Space to the next file; false after the last one or on an error. */
static bool
next_file(struct search *s)
{
	if (drive_do(s->drive, MTFSF, 1) == -1)
		return false;
	s->file++;
	return true;
}

/* An existing block can be skipped even if it is bad. */
static bool
is_block_there(struct search *s)
{
	return drive_go_to_file(s->drive, s->file) == -1 ||
	    drive_do(s->drive, MTFSR, 1) == 0;
}

/* The full length requested, all zeros. */
static bool
is_empty_read(const struct search *s)
{
	return s->length == s->read_size && s->buffer[0] == 0 &&
	    memcmp(s->buffer, s->buffer + 1, s->length - 1) == 0;
}

/*
 * Examine the beginning of the next file.  The driver returns 0 bytes at a file
 * mark, hence for an empty file, and once at end of data.  With some drives it
 * returns a block there, yet reports the end.  On blank tape some drives fail,
 * and some return zeros for as long as they are asked.
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
		if (label_find(s->drive->host, s->buffer, s->length,
		    label))
			return FOUND_DUMP;
		return is_empty_read(s) && !is_block_there(s) ? FOUND_END :
		    FOUND_DATA;
	}
	if (error == EINTR)
		return FOUND_NOTHING;
	/* The block is larger than the largest record. */
	if (error == ENOMEM)
		return FOUND_DATA;
	return error == EIO && !is_block_there(s) &&
	    drive_is_at_end(s->drive) ? FOUND_END : FOUND_UNREADABLE;
}

/* ------------------------------------------------------------- what may go */

static struct keep_file
this_file(const struct search *s)
{
	struct keep_file file = { .block = s->buffer, .length = s->length };

	snprintf(file.place, sizeof(file.place), "file %d of the tape",
	    s->file);
	return file;
}

static enum de_status
check_found(struct search *s, enum found found, const struct label *label)
{
	const struct keep_file file = this_file(s);

	switch (found) {
	case FOUND_DUMP:
		return keep_check_dump(&s->keep, &file, label);
	case FOUND_DATA:
		return keep_check_foreign(&s->keep, &file);
	case FOUND_NOTHING:
		return DE_FAILED;
	case FOUND_UNREADABLE:
		return keep_check_unreadable(&s->keep, &file);
	case FOUND_END:
		break;
	}
	return DE_OK;
}

/* Check all files from here to the end: all of them will be lost. */
static enum de_status
check_files(struct search *s)
{
	enum found found;
	struct label label;

	do {
		found = look_at_file(s, &label);
		if (check_found(s, found, &label) != DE_OK)
			return DE_FAILED;
	} while (found != FOUND_END && next_file(s));
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

/*
 * Find end of data.  An interrupted program leaves a file without a file mark.
 */
static enum de_status
end_file(struct search *s)
{
	if (drive_do(s->drive, MTEOM, 1) == -1 ||
	    drive_do(s->drive, MTWEOF, 1) == -1)
		return trouble_tell(s->drive, "cannot be positioned to the end "
		    "of data", errno);
	s->file++;
	return DE_OK;
}

/*
 * Reposition before end of data after reading past it: some drives accept no
 * record there until the tape has moved.  Empty files at the end, such as the
 * one that `mt weof` leaves at the beginning, are overwritten by the volume.
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

static bool
is_room_behind(struct search *s, const struct label *label)
{
	const struct keep_file file = this_file(s);
	return keep_check_room(&s->keep, &file, label) == DE_OK;
}

/*
 * Go file by file.  This counts the files, which the driver does not when it
 * spaces to end of data, and reuses the place of a failed volume.
 */
static enum de_status
find_end(struct search *s)
{
	enum found found;
	struct label label;
	int files = 0;		/* up to the last non-empty one */

	if (place_return(s->drive, 0) != DE_OK)
		return DE_FAILED;
	do {
		found = look_at_file(s, &label);
		if (found == FOUND_DUMP && keep_is_attempt(&s->keep, &label))
			return place_return(s->drive, s->file);
		if (found == FOUND_NOTHING ||
		    (found == FOUND_DUMP && !is_room_behind(s, &label)))
			return DE_FAILED;
		if (found != FOUND_END)
			files = s->file + 1;
	} while (found != FOUND_END && next_file(s));
	if (found == FOUND_END)
		return return_to_end(s, files);
	if (found == FOUND_UNREADABLE) {
		const struct keep_file file = this_file(s);
		return keep_refuse_append(&s->keep, &file);
	}
	return end_file(s);
}

/* Set variable blocks if the drive can; otherwise keep its block size. */
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
	snprintf(what, sizeof(what), "the drive does not accept block_size = "
	    "%d", block_size);
	return trouble_tell(d, what, errno);
}

/* Fail now, before anything is retired. */
static enum de_status
go_there(struct search *s)
{
	const enum de_status status = s->wish->kind == PLACE_END ?
	    find_end(s) : find_file(s, s->wish->kind == PLACE_FILE ?
	    s->wish->file : 0);

	if (status != DE_OK ||
	    set_block_size(s->drive, s->wish->block_size) != DE_OK)
		return DE_FAILED;
	return keep_let_go(&s->keep);
}

static void
begin(struct search *s, const struct de_volume *volume)
{
	const struct place_wish *wish = s->wish;
	const char *name = s->drive->name;
	char go[24] = "rewind";

	if (wish->kind == PLACE_FILE && wish->file > 0)
		snprintf(go, sizeof(go), "asf %d", wish->file);
	snprintf(s->blank, sizeof(s->blank), "mt -f %.64s %s; mt -f %.64s weof",
	    name, go, name);
	s->keep = (struct keep){
		.host = s->drive->host,
		.name = name,
		.blank = s->blank,
		.wish = &wish->keep,
		.volume = volume,
	};
}

enum de_status
place_find(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int *file)
{
	struct search s = { .drive = d, .wish = wish };
	enum de_status status = DE_FAILED;

	begin(&s, volume);
	/* The position may be unknown; only a rewind recovers it. */
	if (place_return(d, 0) == DE_OK && prepare(&s) == DE_OK)
		status = go_there(&s);
	if (s.keep.failure != DE_FAILURE_OTHER) {
		d->failure = s.keep.failure;
		d->mark = s.keep.mark;
	}
	free(s.buffer);
	keep_free(&s.keep);
	*file = s.file;
	return status;
}

void
place_discard(struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume, int file)
{
	struct search s = { .drive = d, .wish = wish };
	struct label label;

	begin(&s, volume);
	/* A file that begins with a file mark is empty to any reader. */
	if (prepare(&s) == DE_OK && drive_go_to_file(d, file) == 0 &&
	    look_at_file(&s, &label) == FOUND_DUMP &&
	    keep_is_attempt(&s.keep, &label) &&
	    drive_go_to_file(d, file) == 0)
		drive_do(d, MTWEOF, 1);
	free(s.buffer);
	keep_free(&s.keep);
}
