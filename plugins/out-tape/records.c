/* SPDX-License-Identifier: BSD-3-Clause */
#include "records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "trouble.h"

/* Below the limit of one spacing request of the driver. */
#define SPACE_MAX 0x400000u

/* How many records may pass until one moves the position. */
#define LEARNING_RECORDS 8

void
records_begin(struct records *r, struct drive *d, uint32_t volume, int file,
    size_t block_size)
{
	*r = (struct records){ .drive = d, .volume = volume, .file = file,
	    .block_size = block_size };
	r->tells = drive_tell(d, &r->begin) ? RECORDS_UNKNOWN :
	    RECORDS_SILENT;
}

static enum de_status
fail_record(struct records *r, const char *doing, int error)
{
	char what[256];

	r->lost = drive_is_lost(r->drive);
	snprintf(what, sizeof(what), "volume %" PRIu32 ": %s after record %"
	    PRIu64 "%s", r->volume, doing, r->count, r->lost ? ": the drive "
	    "was reset, and the tape position is unknown" : "");
	return trouble_tell(r->drive, what, error);
}

static uint64_t
blocks_of(const struct records *r, size_t length)
{
	return r->block_size == 0 ? 1 : length / r->block_size;
}

/* The expected position: after the records written so far. */
static uint64_t
position(const struct records *r)
{
	return r->begin + r->count * r->per_record;
}

static enum de_status
fail_position(struct records *r, uint64_t at)
{
	r->drive->host->report(r->drive->host, DE_ERROR, "%s: volume %" PRIu32
	    ": after %" PRIu64 " records the drive is at block %" PRIu64 " "
	    "instead of %" PRIu64 ", so some records were lost; clean the "
	    "drive, and insert another tape", r->drive->name, r->volume,
	    r->count, at, position(r));
	r->drive->failure = DE_FAILURE_MEDIUM;
	return DE_FAILED;
}

/*
 * Some drives report a physical position instead of a block number, or always
 * the same number.  The first records reveal them.  If the position did not
 * move, check again after the next record, since that one may be lost.
 */
static enum de_status
learn_position(struct records *r)
{
	uint64_t at;

	r->tells = RECORDS_SILENT;
	if (!drive_tell(r->drive, &at))
		return DE_OK;
	if (at == position(r)) {
		r->tells = RECORDS_TOLD;
		return DE_OK;
	}
	if (at > r->begin && at < position(r) &&
	    (at - r->begin) % r->per_record == 0)
		return fail_position(r, at);
	if (at == r->begin && r->count < LEARNING_RECORDS)
		r->tells = RECORDS_UNKNOWN;
	return DE_OK;
}

/* Before the file mark: is everything on the tape that was written? */
static enum de_status
check_position(struct records *r)
{
	uint64_t at;

	if (r->tells != RECORDS_TOLD)
		return DE_OK;
	if (!drive_tell(r->drive, &at))
		return fail_record(r, "cannot find the tape position", errno);
	return at == position(r) ? DE_OK : fail_position(r, at);
}

/*
 * How many blocks of the record are on the tape, judging by the position if
 * available.  False after reporting that earlier records are missing or that
 * the position makes no sense.
 */
static bool
tell_blocks(struct records *r, uint64_t *blocks)
{
	const uint64_t expected = position(r);
	uint64_t at;

	if (r->tells == RECORDS_SILENT)
		return true;
	if (!drive_tell(r->drive, &at)) {
		fail_record(r, "cannot find the tape position", errno);
		return false;
	}
	if (at >= expected && at <= expected + r->per_record) {
		*blocks = at - expected;
		return true;
	}
	if (r->tells == RECORDS_UNKNOWN)
		return true;	/* may not be a block number */
	fail_position(r, at);
	return false;
}

/* As far as the drive reports it. */
static bool
is_behind_records(struct records *r)
{
	uint64_t at;

	return r->tells != RECORDS_TOLD || (drive_tell(r->drive, &at) &&
	    at == position(r));
}

static bool
space_forward(struct records *r, uint64_t blocks)
{
	while (blocks > 0) {
		const int n = (int)(blocks < SPACE_MAX ? blocks : SPACE_MAX);
		if (drive_do(r->drive, MTFSR, n) == -1)
			return false;
		blocks -= (uint64_t)n;
	}
	return true;
}

/*
 * Go back to where the partial record begins, to put the file mark there.  Old
 * drives cannot space backwards, but all can from the beginning.
 */
static bool
step_back(struct records *r, uint64_t blocks)
{
	if (drive_do(r->drive, MTBSR, (int)blocks) == 0 &&
	    is_behind_records(r))
		return true;
	return drive_go_to_file(r->drive, r->file) == 0 &&
	    space_forward(r, r->count * r->per_record) &&
	    is_behind_records(r);
}

/* Of the first `count` records, of which the last is kept: their bytes. */
static uint64_t
end_of(const struct records *r, uint64_t count)
{
	return count == 0 ? 0 : r->ends[(count - 1) % RECORDS_KEPT];
}

static void
note_record(struct records *r, size_t length)
{
	r->ends[r->count % RECORDS_KEPT] = end_of(r, r->count) + length;
	r->count++;
}

/*
 * Early warning.  What the drive accepts from now on is meant for the file
 * mark, not for records.
 */
static enum de_status
end_of_tape(struct records *r, size_t taken, size_t length)
{
	/* A truncated block counts as a block. */
	uint64_t blocks = r->block_size == 0 ? taken > 0 :
	    blocks_of(r, taken);

	r->full = true;
	if (!tell_blocks(r, &blocks))
		return DE_FAILED;
	if (blocks == r->per_record && taken == 0) {
		note_record(r, length);
		return DE_OK;
	}
	if (blocks > 0 && !step_back(r, blocks))
		return fail_record(r, "the drive cannot space back over the "
		    "partial record at end of tape; set volume_size below the "
		    "capacity of a tape", errno);
	return DE_END_OF_VOLUME;
}

enum de_status
records_write(struct records *r, const void *record, size_t length)
{
	if (r->full)
		return DE_END_OF_VOLUME;
	r->begun = true;
	r->per_record = blocks_of(r, length);
	const ssize_t n = drive_write(r->drive, record, length);
	if (n == (ssize_t)length) {
		note_record(r, length);
		return r->tells == RECORDS_UNKNOWN ? learn_position(r) :
		    DE_OK;
	}
	if (n >= 0 || errno == ENOSPC)
		return end_of_tape(r, n > 0 ? (size_t)n : 0, length);
	if (errno == EINTR)
		return DE_FAILED;	/* the run is being aborted */
	return fail_record(r, "cannot write", errno);
}

bool
records_find(const struct records *r, uint64_t length, uint64_t *count)
{
	for (*count = r->count; r->count - *count < RECORDS_KEPT; --*count) {
		if (end_of(r, *count) == length)
			return true;
		if (*count == 0)
			break;
	}
	return false;
}

enum de_status
records_shorten(struct records *r, uint64_t count)
{
	const uint64_t blocks = (r->count - count) * r->per_record;

	if (count > r->count || blocks > SPACE_MAX)
		return DE_FAILED;
	r->count = count;
	if (blocks > 0 && !step_back(r, blocks))
		return DE_FAILED;
	r->full = false;
	return DE_OK;
}

enum de_status
records_end(struct records *r)
{
	if (r->marked)
		return DE_OK;
	if (check_position(r) != DE_OK)
		return DE_FAILED;
	if (drive_do(r->drive, MTWEOF, 1) == -1)
		return fail_record(r, "cannot write the file mark", errno);
	r->marked = true;
	return DE_OK;
}
