/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trouble.h"

/* The largest record there is; a larger block is not one of ours. */
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
	size_t length;		/* of the block that is in the buffer */
	int file;		/* that the tape is in, at its beginning */
};

enum found {
	FOUND_DUMP,
	FOUND_DATA,		/* of something else */
	FOUND_UNREADABLE,
	FOUND_NOTHING,		/* it is being aborted */
	FOUND_END		/* of all data */
};

/* ------------------------------------------------------------------- moving */

/*
 * Some drives tell that only when they are read; what they give then is not
 * looked at, as they may call it a block.
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
 * After spacing by files has failed.  How far a drive came then it does not
 * always tell, so they are counted.
 */
static enum de_status
tell_no_file(struct drive *d, int file, int error)
{
	int files = 0;

	if (drive_do(d, MTREW, 1) == 0)
		while (files < file && drive_do(d, MTFSF, 1) == 0)
			files++;
	if (files == file || !ends_here(d, files))
		return trouble_tell(d, "the tape cannot be wound to the file "
		    "that the volume is to be", error);
	d->host->report(d->host, DE_ERROR, "%s: there is no file %d on the "
	    "tape, which ends after %d file%s (the first is file 0); put "
	    "another tape in, or set another file", d->name, file, files,
	    files == 1 ? "" : "s");
	d->failure = DE_FAILURE_OTHER;
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

/* A block that is there can be stepped over, even if it is bad. */
static bool
is_block_there(struct search *s)
{
	return drive_go_to_file(s->drive, s->file) == -1 ||
	    drive_do(s->drive, MTFSR, 1) == 0;
}

/* All that was asked for, and nothing but zeros. */
static bool
is_empty_read(const struct search *s)
{
	return s->length == s->read_size && s->buffer[0] == 0 &&
	    memcmp(s->buffer, s->buffer + 1, s->length - 1) == 0;
}

/*
 * What the next file begins with.  The driver gives 0 bytes at a file mark, as
 * of an empty file, and once at the end of all data.  Some drives make the
 * driver take it for a block there; but it says that it is the end.  Where
 * nothing was ever written some give an error, and some zeros for as long as
 * they are asked.
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
		if (label_parse(s->buffer, s->length, label))
			return FOUND_DUMP;
		return is_empty_read(s) && !is_block_there(s) ? FOUND_END :
		    FOUND_DATA;
	}
	if (error == EINTR)
		return FOUND_NOTHING;
	/* A block that is larger than the largest record. */
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

/* From here to the end: all of it is lost. */
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

static bool
is_room_behind(struct search *s, const struct label *label)
{
	const struct keep_file file = this_file(s);
	return keep_check_room(&s->keep, &file, label) == DE_OK;
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

/* What can still go wrong now goes before what has to be given up for it. */
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
	/* Where it stands may be unknown, which only a rewind gets over. */
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
	/* A file that begins with a file mark is empty for everybody. */
	if (prepare(&s) == DE_OK && drive_go_to_file(d, file) == 0 &&
	    look_at_file(&s, &label) == FOUND_DUMP &&
	    keep_is_attempt(&s.keep, &label) &&
	    drive_go_to_file(d, file) == 0)
		drive_do(d, MTWEOF, 1);
	free(s.buffer);
	keep_free(&s.keep);
}
