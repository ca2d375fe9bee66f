/* SPDX-License-Identifier: BSD-3-Clause */
#include "tape_place.h"

#include <errno.h>

#define SPACE_MAX 8388607	/* records in one SCSI command */

void
tape_place_begin(struct tape_place *p, struct remote *remote)
{
	*p = (struct tape_place){ .remote = remote };
}

void
tape_place_read(struct tape_place *p, uint64_t bytes)
{
	if (bytes == 0)
		p->is_behind = true;
	else
		p->passed++;
}

void
tape_place_lose(struct tape_place *p)
{
	p->is_adrift = true;
}

bool
tape_place_go_to_file(struct remote *remote, uint32_t file)
{
	return remote_tape(remote, TAPE_REWIND, 1) &&
	    (file == 0 || remote_tape(remote, TAPE_FORWARD_FILES, file));
}

/* Before the first file there is no file mark: the drive stops with an error. */
bool
tape_place_go_back(struct remote *remote, bool is_behind)
{
	if (remote_try_tape(remote, TAPE_BACK_FILES, is_behind ? 2 : 1))
		return remote_tape(remote, TAPE_FORWARD_FILES, 1);
	return remote->error != 0 && remote_tape(remote, TAPE_REWIND, 1);
}

/*
 * An error other than a lost connection is the file mark or the end of data,
 * which the drive has then passed; how far that was is not known.
 */
static bool
space_forward(struct tape_place *p, uint64_t records)
{
	while (records > 0) {
		const uint64_t n = records < SPACE_MAX ? records : SPACE_MAX;
		if (!remote_try_tape(p->remote, TAPE_FORWARD_RECORDS, n)) {
			p->is_behind = p->is_adrift = true;
			return p->remote->error != 0;
		}
		p->passed += n;
		records -= n;
	}
	return true;
}

static bool
from_begin(struct tape_place *p, uint64_t record)
{
	if (!tape_place_go_back(p->remote, p->is_behind))
		return false;
	tape_place_begin(p, p->remote);
	return space_forward(p, record);
}

bool
tape_place_go_to(struct tape_place *p, uint64_t record)
{
	if (p->is_adrift || p->is_behind)
		return from_begin(p, record);
	if (record >= p->passed)
		return space_forward(p, record - p->passed);
	const uint64_t back = p->passed - record;
	if (back > SPACE_MAX ||
	    !remote_try_tape(p->remote, TAPE_BACK_RECORDS, back))
		return from_begin(p, record);
	p->passed = record;
	return true;
}

bool
tape_place_go_to_last(struct tape_place *p, uint64_t back)
{
	const bool is_behind = p->is_behind;

	p->is_adrift = true;
	if (!is_behind && !remote_try_tape(p->remote, TAPE_FORWARD_FILES, 1))
		return false;
	p->is_behind = true;
	if (!remote_try_tape(p->remote, TAPE_BACK_FILES, 1))
		return false;
	p->is_behind = false;
	return remote_try_tape(p->remote, TAPE_BACK_RECORDS, back);
}
