/* SPDX-License-Identifier: BSD-3-Clause */
#include "records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

void
records_begin(struct records *r, struct drive *d, size_t block_size)
{
	*r = (struct records){ .drive = d, .block_size = block_size };
	r->tells = drive_tell(d, &r->begin);
}

static enum de_status
fail(struct records *r, const char *doing, int error)
{
	char what[192];

	r->lost = drive_is_lost(r->drive);
	snprintf(what, sizeof(what), "%s behind record %" PRIu64 "%s", doing,
	    r->count, r->lost ? ": the drive was reset, and where the tape "
	    "stands is unknown" : "");
	return drive_fail(r->drive, what, error);
}

static uint64_t
blocks_of(const struct records *r, size_t length)
{
	return r->block_size == 0 ? 1 : length / r->block_size;
}

/*
 * How many blocks of the record are on the tape, by its position.  False after
 * reporting: some of the records before are not, or it makes no sense.
 */
static bool
tell_blocks(struct records *r, uint64_t per_record, uint64_t *blocks)
{
	const uint64_t expected = r->begin + r->count * per_record;
	uint64_t at;

	if (!drive_tell(r->drive, &at)) {
		fail(r, "the drive does not tell its position any more", EIO);
		return false;
	}
	if (at < expected || at > expected + per_record) {
		r->drive->host->report(r->drive->host, DE_ERROR, "%s: at the "
		    "end of the tape it stands at block %" PRIu64 ", but %"
		    PRIu64 " to %" PRIu64 " were written; the drive has lost "
		    "some", r->drive->name, at, expected,
		    expected + per_record);
		return false;
	}
	*blocks = at - expected;
	return true;
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
	if (r->tells && !tell_blocks(r, per_record, &blocks))
		return DE_FAILED;
	if (blocks == per_record && taken == 0) {
		r->count++;
		return DE_OK;
	}
	/* The file mark comes where the part begins. */
	if (blocks > 0 && drive_do(r->drive, MTBSR, (int)blocks) == -1)
		return fail(r, "cannot step back over a part of a record",
		    errno);
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
		r->count++;
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
