/* SPDX-License-Identifier: BSD-3-Clause */
#include "reading.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trouble.h"

/* Room for the longest record there is. */
#define BUFFER_BYTES ((size_t)1 << 20)
#define BUFFER_ALIGNMENT 4096
/* Below the limit of one spacing request of the driver. */
#define SPACE_MAX 0x400000u
#define ERRORS_LISTED 20	/* of a volume; the others are counted */
#define RESETS_MAX 5
#define WHAT_BYTES 128

static enum de_status
fail(struct reading *r, const char *what, int error)
{
	char text[WHAT_BYTES];

	snprintf(text, sizeof(text), "volume %" PRIu32 " %s", r->volume, what);
	return trouble_tell(r->drive, text, error);
}

/* Blocks in so many bytes of a record. */
static uint64_t
blocks_in(const struct reading *r, size_t length)
{
	return r->block_size == 0 ? 1 : length / r->block_size;
}

/* 0: unknown, as long as no record could be read. */
static size_t
bytes_in(const struct reading *r, uint64_t blocks)
{
	return (size_t)blocks * (r->block_size != 0 ? r->block_size :
	    r->record);
}

/* ------------------------------------------------------------------ moving */

/* The tape has moved, or the drive has: where is it? */
static bool
find_position(struct reading *r)
{
	return drive_tell(r->drive, &r->at);
}

/* False with errno set. */
static bool
seek_block(struct reading *r, uint64_t position)
{
	if (position > INT_MAX) {
		errno = EINVAL;
		return false;
	}
	if (drive_do(r->drive, MTSEEK, (int)position) == -1)
		return false;
	r->at = position;
	return true;
}

/*
 * Spacing has stopped: at the file mark or the end of data, which ends the
 * volume?
 */
static bool
has_met_end(struct reading *r)
{
	struct mtget status;

	if (!drive_status(r->drive, &status))
		return false;
	const unsigned long bits = (unsigned long)status.mt_gstat;
	if (!GMT_EOF(bits) && !GMT_EOD(bits))
		return false;
	r->at_end = true;
	return true;
}

/*
 * Forward, stopping at the end of the volume, as a seek would not.  A drive that
 * tells no position does not tell how far it was, either.  False with errno set.
 */
static bool
space_forward(struct reading *r, uint64_t blocks)
{
	while (blocks > 0) {
		const int n = (int)(blocks < SPACE_MAX ? blocks : SPACE_MAX);
		if (drive_do(r->drive, MTFSR, n) == -1) {
			r->is_adrift = !r->seeks;
			return has_met_end(r) && (r->is_adrift ||
			    find_position(r));
		}
		r->at += (uint64_t)n;
		blocks -= (uint64_t)n;
	}
	return true;
}

/* Without block numbers: may they be counted? */
static bool
counts(const struct reading *r)
{
	return !r->seeks && r->file >= 0 && r->errors == 0;
}

/* From block 0 of the file.  False with errno set. */
static bool
space_from_begin(struct reading *r, uint64_t position)
{
	if (drive_go_to_file(r->drive, r->file) == -1)
		return false;
	r->at = 0;
	r->is_adrift = false;
	return space_forward(r, position);
}

/* By spacing from where the tape is, as any drive can.  False with errno set. */
static bool
space_to(struct reading *r, uint64_t position)
{
	const uint64_t back = r->at - position;
	const bool was_at_end = r->at_end;

	r->at_end = false;
	if (was_at_end || r->is_adrift)
		return space_from_begin(r, position);
	if (position >= r->at)
		return space_forward(r, position - r->at);
	if (back > SPACE_MAX || drive_do(r->drive, MTBSR, (int)back) == -1)
		return space_from_begin(r, position);
	r->at = position;
	return true;
}

/* -------------------------------------------------------------- bad blocks */

/* After a reset nothing but a rewind is accepted. */
static enum de_status
recover(struct reading *r)
{
	const uint64_t at = r->at;

	if (!r->seeks || r->resets++ == RESETS_MAX ||
	    drive_do(r->drive, MTREW, 1) == -1 || !seek_block(r, at))
		return fail(r, "cannot be read further: the drive was reset",
		    EIO);
	r->drive->host->report(r->drive->host, DE_WARNING, "%s: the drive was "
	    "reset; reading on at block %" PRIu64, r->drive->name, at);
	return DE_OK;
}

/* It may have moved past the block already.  False with errno set. */
static bool
pass_block(struct reading *r)
{
	const uint64_t bad = r->at;

	if (r->seeks) {
		if (!find_position(r))
			return false;
		return r->at > bad || space_forward(r, 1) ||
		    seek_block(r, bad + 1);
	}
	/* If the next read fails as well, it has not. */
	return !r->in_error || space_forward(r, 1);
}

static enum de_status
lose_block(struct reading *r, int error, size_t *lost)
{
	const uint64_t bad = r->at;
	char what[WHAT_BYTES];

	snprintf(what, sizeof(what), "volume %" PRIu32 ": block %" PRIu64 " "
	    "cannot be read", r->volume, bad);
	if (!trouble_is_passable(r->drive, r->errors < ERRORS_LISTED ? what :
	    NULL, error))
		return DE_FAILED;
	r->errors++;
	if (!pass_block(r))
		return fail(r, "cannot be read further: the bad block cannot "
		    "be passed over", errno);
	r->in_error = true;
	if (r->at_end)
		return DE_NO_MORE;
	if (r->seeks)
		*lost = bytes_in(r, r->at - bad);
	return DE_LOST;
}

/* ----------------------------------------------------------------- reading */

/* What to ask the driver for. */
static size_t
request(const struct reading *r, size_t room)
{
	if (room > r->limit)
		room = r->limit;
	if (r->block_size == 0)
		return room;
	return r->singly > 0 ? r->block_size : room - room % r->block_size;
}

static void
take(struct reading *r, size_t length)
{
	const uint64_t blocks = blocks_in(r, length);

	r->record = length;
	r->in_error = false;
	r->at += blocks;
	r->singly -= r->singly < blocks ? r->singly : blocks;
	if (r->at > r->farthest)
		r->farthest = r->at;
}

/* The driver has passed over a record for which there was no room. */
static enum de_status
read_long(struct reading *r, size_t asked)
{
	if (asked == r->limit) {
		r->at++;
		r->errors++;
		r->drive->host->report(r->drive->host, DE_ERROR, "%s: volume %"
		    PRIu32 ": block %" PRIu64 " has more than %zu bytes, so it "
		    "is not a record of a dump", r->drive->name, r->volume,
		    r->at - 1, r->limit);
		return DE_LOST;
	}
	if (drive_do(r->drive, MTBSR, 1) == -1)
		return fail(r, "cannot be read: spacing back failed", errno);
	const ssize_t n = drive_read(r->drive, r->buffer, r->limit);
	if (n <= 0)
		return n == -1 && errno == ENOMEM ? read_long(r, r->limit) :
		    fail(r, "cannot be read", n == -1 ? errno : EIO);
	r->held_at = r->at;
	r->held = (size_t)n;
	take(r, (size_t)n);
	return DE_OK;
}

/*
 * Once more: it may have been the bus or the drive.  Of several fixed blocks,
 * which the driver drops if one of them is bad, one by one.
 */
static bool
can_try_again(struct reading *r, size_t asked)
{
	if (!r->seeks || (r->has_retried && r->retried == r->at))
		return false;
	if (r->block_size != 0 && asked > r->block_size) {
		r->singly = asked / r->block_size;
	} else {
		r->has_retried = true;
		r->retried = r->at;
	}
	return seek_block(r, r->at);
}

/* DE_OK with *length of 0: try again. */
static enum de_status
read_failed(struct reading *r, size_t asked, int error, size_t *length)
{
	*length = 0;
	if (error == EINTR)
		return DE_FAILED;	/* the run is being aborted */
	if (error == ENOMEM && r->block_size == 0)
		return read_long(r, asked);
	/* The driver or the adapter cannot read as much at once. */
	if ((error == EINVAL || error == EOVERFLOW) && asked > DE_TAPE_BLOCK &&
	    asked > r->block_size) {
		r->limit = asked / 2;
		return DE_OK;
	}
	if (error != EIO)
		return fail(r, "cannot be read", error);
	if (drive_is_at_end(r->drive)) {
		r->at_end = true;
		return DE_NO_MORE;
	}
	if (drive_is_lost(r->drive))
		return recover(r);
	if (can_try_again(r, asked))
		return DE_OK;
	return lose_block(r, error, length);
}

/* As much of the kept record as there is room for. */
static size_t
give(struct reading *r, void *buffer, size_t room)
{
	size_t n = r->held - r->given;

	if (n > room)
		n = room;
	memcpy(buffer, r->buffer + r->given, n);
	r->given += n;
	if (r->given == r->held)
		r->held = r->given = 0;
	return n;
}

/* What could not be read at the very beginning comes before the first record. */
static enum de_status
lose_first(struct reading *r, size_t *lost)
{
	*lost = r->seeks ? bytes_in(r, r->bad_first) : 0;
	r->bad_first = 0;
	return DE_LOST;
}

enum de_status
reading_next(struct reading *r, void *buffer, size_t room, size_t *length)
{
	*length = 0;
	if (r->bad_first > 0)
		return lose_first(r, length);
	while (r->held == 0 && !r->at_end) {
		const size_t asked = request(r, room);
		const ssize_t n = drive_read(r->drive, buffer, asked);
		if (n > 0) {
			take(r, (size_t)n);
			*length = (size_t)n;
			return DE_OK;
		}
		/* A file mark, or the physical end of a tape without one. */
		if (n == 0 || errno == ENOSPC) {
			r->at_end = true;
			break;
		}
		const enum de_status status = read_failed(r, asked, errno,
		    length);
		if (status != DE_OK)
			return status;
	}
	if (r->held == 0)
		return DE_NO_MORE;
	*length = give(r, buffer, room);
	return DE_OK;
}

/* --------------------------------------------------------------- positions */

enum de_status
reading_tell(const struct reading *r, uint64_t *position)
{
	if ((!r->seeks && !counts(r)) || r->is_adrift)
		return DE_FAILED;
	*position = r->held > 0 && r->given == 0 ? r->held_at : r->at;
	return DE_OK;
}

/* The file mark counts as a block, but not as one of the volume. */
static void
settle_at_end(struct reading *r)
{
	if (r->at_end && !drive_is_at_end(r->drive) && r->at > r->start)
		r->at--;
}

/*
 * From a file mark, as any drive finds that; some stop a record before it on
 * the way back.  False with errno set.
 */
static bool
space_from_end(struct reading *r, uint64_t back)
{
	/* At the end of data there is no mark to go back over. */
	const bool has_mark = !r->at_end || !drive_is_at_end(r->drive);

	r->is_adrift = true;
	if (!r->at_end && drive_do(r->drive, MTFSF, 1) == -1)
		return false;
	if (has_mark && drive_do(r->drive, MTBSF, 1) == -1)
		return false;
	r->at_end = false;
	return drive_do(r->drive, MTBSR, (int)back) == 0;
}

static bool
move_to(struct reading *r, uint64_t position)
{
	const bool stays = !r->at_end && r->at == r->farthest;

	if (!r->seeks)
		return space_to(r, position);
	r->at_end = false;
	if (position <= r->farthest)
		return seek_block(r, position);
	if (!stays && !seek_block(r, r->farthest))
		return false;
	return space_forward(r, position - r->farthest);
}

/* So many before the end. */
static bool
move_from_end(struct reading *r, uint64_t back)
{
	if (!r->seeks)
		return space_from_end(r, back);
	if (!move_to(r, UINT64_MAX))
		return false;
	settle_at_end(r);
	if (r->at > r->farthest)
		r->farthest = r->at;
	if (back > r->at - r->start) {
		errno = EIO;
		return false;
	}
	r->at_end = false;
	return seek_block(r, r->at - back);
}

enum de_status
reading_go_to(struct reading *r, uint64_t position)
{
	const uint64_t back = UINT64_MAX - position;

	if ((!r->seeks && !counts(r)) || position < r->start) {
		r->drive->host->report(r->drive->host, DE_ERROR, "%s: block %"
		    PRIu64 " is not one of volume %" PRIu32, r->drive->name,
		    position, r->volume);
		return DE_FAILED;
	}
	r->held = r->given = 0;
	r->singly = r->bad_first = 0;
	if (back > 0 && back <= DE_FROM_END_MAX ? !move_from_end(r, back) :
	    !move_to(r, position))
		return fail(r, "cannot be positioned", errno);
	if (r->seeks)
		settle_at_end(r);
	if (r->at > r->farthest)
		r->farthest = r->at;
	return DE_OK;
}

/* ---------------------------------------------------------- opening, closing */

/* Fixed blocks if asked for, or if the drive has no others. */
static enum de_status
set_block_size(struct reading *r, int block_size)
{
	struct mtget status;

	if (drive_do(r->drive, MTSETBLK, block_size) == 0) {
		r->block_size = (size_t)block_size;
		return DE_OK;
	}
	const int error = errno;
	if (!drive_status(r->drive, &status))
		return fail(r, "cannot be read: the drive does not report its "
		    "block size", errno);
	r->block_size = (size_t)((status.mt_dsreg & MT_ST_BLKSIZE_MASK) >>
	    MT_ST_BLKSIZE_SHIFT);
	if (r->block_size == 0 || r->block_size > BUFFER_BYTES)
		return fail(r, "cannot be read: the drive accepts no block "
		    "size", error);
	return DE_OK;
}

/* Read the first record that can be read, after passing over `bad` others. */
static enum de_status
keep_first(struct reading *r, uint64_t *bad)
{
	enum de_status status;

	*bad = 0;
	do {
		/* The driver drops a whole request if a block is bad. */
		r->singly = 1;
		status = reading_next(r, r->buffer, BUFFER_BYTES, &r->held);
	} while (status == DE_LOST && ++*bad < ERRORS_LISTED);
	if (status != DE_OK)
		r->held = 0;
	return status;
}

/* The file of the tape whose first block comes next; -1: unknown. */
static int
file_begun(struct drive *d)
{
	struct mtget status;

	return drive_status(d, &status) && status.mt_blkno == 0 ?
	    (int)status.mt_fileno : -1;
}

/* What the drive tells is no number of blocks. */
static void
count_from_zero(struct reading *r)
{
	const uint64_t held = r->held > 0;

	r->start = r->held_at = 0;
	r->at = r->farthest = held;
}

/* It shows the length of all, and whether the drive counts blocks. */
static enum de_status
read_first(struct reading *r)
{
	uint64_t bad, after;

	r->file = file_begun(r->drive);
	r->seeks = find_position(r);
	r->start = r->farthest = r->at;
	const enum de_status status = keep_first(r, &bad);
	if (status == DE_FAILED)
		return DE_FAILED;
	r->held_at = r->at - (status == DE_OK);
	r->seeks = status == DE_OK && r->seeks &&
	    drive_tell(r->drive, &after) && after == r->at;
	r->bad_first = r->seeks ? r->held_at - r->start : bad;
	if (!r->seeks && counts(r))
		count_from_zero(r);
	return DE_OK;
}

enum de_status
reading_begin(struct reading *r, struct drive *d, uint32_t volume,
    int block_size)
{
	void *buffer;

	*r = (struct reading){ .drive = d, .volume = volume,
	    .limit = BUFFER_BYTES };
	if (posix_memalign(&buffer, BUFFER_ALIGNMENT, BUFFER_BYTES) != 0)
		return fail(r, "cannot be read", ENOMEM);
	r->buffer = buffer;
	if (set_block_size(r, block_size) != DE_OK)
		return DE_FAILED;
	return read_first(r);
}

void
reading_end(struct reading *r)
{
	if (r->errors > ERRORS_LISTED)
		r->drive->host->report(r->drive->host, DE_ERROR, "%s: volume %"
		    PRIu32 ": %" PRIu64 " blocks in all cannot be read",
		    r->drive->name, r->volume, r->errors);
	free(r->buffer);
	r->buffer = NULL;
}

void
reading_describe(const struct reading *r, struct de_reading *about)
{
	about->properties |= DE_READING_RECORDS;
	if (r->block_size != 0)
		about->properties |= DE_READING_FIXED;
	if (r->seeks || counts(r))
		about->properties |= DE_READING_SEEKS;
	about->record_size = (uint32_t)(r->block_size != 0 ? r->block_size :
	    r->record);
}
