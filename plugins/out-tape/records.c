/* SPDX-License-Identifier: BSD-3-Clause */
#include "records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* What one request of the driver can space over, and less. */
#define SPACE_MAX 0x400000u

void
records_begin(struct records *r, struct drive *d, uint32_t volume, int file,
    size_t block_size)
{
	*r = (struct records){ .drive = d, .volume = volume, .file = file,
	    .block_size = block_size };
	r->tells = drive_tell(d, &r->begin);
}

static enum de_status
fail(struct records *r, const char *doing, int error)
{
	char what[256];

	r->lost = drive_is_lost(r->drive);
	snprintf(what, sizeof(what), "volume %" PRIu32 ": %s behind record %"
	    PRIu64 "%s", r->volume, doing, r->count, r->lost ? ": the drive "
	    "was reset, and where the tape stands is unknown" : "");
	return drive_fail(r->drive, what, error);
}

static uint64_t
blocks_of(const struct records *r, size_t length)
{
	return r->block_size == 0 ? 1 : length / r->block_size;
}

/* Where the drive should be: behind the records that are on the tape. */
static uint64_t
position(const struct records *r, uint64_t per_record)
{
	return r->begin + r->count * per_record;
}

/*
 * Some drives tell a place on the medium, not the number of a block.  They are
 * found out by the first record.
 */
static void
check_position(struct records *r, uint64_t per_record)
{
	uint64_t at;

	r->tells = r->tells && drive_tell(r->drive, &at) &&
	    at == position(r, per_record);
}

/*
 * How many blocks of the record are on the tape, by its position, if that is
 * to be had.  False after reporting: some of the records before are not, or it
 * makes no sense.
 */
static bool
tell_blocks(struct records *r, uint64_t per_record, uint64_t *blocks)
{
	const uint64_t expected = position(r, per_record);
	uint64_t at;

	if (!r->tells)
		return true;
	if (!drive_tell(r->drive, &at)) {
		fail(r, "cannot find out where the tape stands", errno);
		return false;
	}
	if (at >= expected && at <= expected + per_record) {
		*blocks = at - expected;
		return true;
	}
	if (r->count == 0)
		return true;	/* it may be no number of a block */
	r->drive->host->report(r->drive->host, DE_ERROR, "%s: volume %" PRIu32
	    ": at the end of the tape the drive stands at block %" PRIu64
	    ", and %" PRIu64 " to %" PRIu64 " were written, so it has lost "
	    "some; put another tape in, and clean the drive", r->drive->name,
	    r->volume, at, expected, expected + per_record);
	return false;
}

/* As far as it tells. */
static bool
is_behind_records(struct records *r, uint64_t per_record)
{
	uint64_t at;

	return !r->tells || (drive_tell(r->drive, &at) &&
	    at == position(r, per_record));
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
 * To where a part of a record begins, so that the file mark comes there.  Old
 * drives cannot go backwards, but all of them forward from the beginning.
 */
static bool
step_back(struct records *r, uint64_t per_record, uint64_t blocks)
{
	if (drive_do(r->drive, MTBSR, (int)blocks) == 0 &&
	    is_behind_records(r, per_record))
		return true;
	return drive_go_to_file(r->drive, r->file) == 0 &&
	    space_forward(r, r->count * per_record) &&
	    is_behind_records(r, per_record);
}

/*
 * The early warning.  What the drive takes from now on is room for the file
 * mark, not for records.
 */
static enum de_status
end_of_tape(struct records *r, size_t length, size_t taken)
{
	const uint64_t per_record = blocks_of(r, length);
	/* A block that is cut short is a block. */
	uint64_t blocks = r->block_size == 0 ? taken > 0 :
	    blocks_of(r, taken);

	r->full = true;
	if (!tell_blocks(r, per_record, &blocks))
		return DE_FAILED;
	if (blocks == per_record && taken == 0) {
		r->count++;
		return DE_OK;
	}
	if (blocks > 0 && !step_back(r, per_record, blocks))
		return fail(r, "the drive cannot step back over the part of a "
		    "record at the end of the tape; set volume_size to less "
		    "than a tape holds", errno);
	return DE_END_OF_VOLUME;
}

enum de_status
records_write(struct records *r, const void *record, size_t length)
{
	if (r->full)
		return DE_END_OF_VOLUME;
	r->begun = true;
	const ssize_t n = drive_write(r->drive, record, length);
	if (n == (ssize_t)length) {
		if (++r->count == 1)
			check_position(r, blocks_of(r, length));
		return DE_OK;
	}
	if (n >= 0 || errno == ENOSPC)
		return end_of_tape(r, length, n > 0 ? (size_t)n : 0);
	if (errno == EINTR)
		return DE_FAILED;	/* it is being aborted */
	return fail(r, "cannot write", errno);
}

enum de_status
records_end(struct records *r)
{
	if (r->marked)
		return DE_OK;
	if (drive_do(r->drive, MTWEOF, 1) == -1)
		return fail(r, "cannot write the file mark", errno);
	r->marked = true;
	return DE_OK;
}
