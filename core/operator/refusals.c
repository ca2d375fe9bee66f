/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/refusals.h"

/* Media without a mark that are tolerated, such as blank, protected tapes. */
#define UNMARKED_MAX 100

void
refusals_forget(struct refusals *r)
{
	r->count = r->unmarked = 0;
	r->last = DE_FAILURE_OTHER;
}

/* Would another medium help? */
static bool
is_of_medium(enum de_failure failure)
{
	switch (failure) {
	case DE_FAILURE_NO_MEDIUM:
	case DE_FAILURE_WRITE_PROTECTED:
	case DE_FAILURE_PROTECTED:
	case DE_FAILURE_FOREIGN:
	case DE_FAILURE_UNREADABLE:
	case DE_FAILURE_FULL:
	case DE_FAILURE_MEDIUM:
		return true;
	case DE_FAILURE_OTHER:
	case DE_FAILURE_BUSY:
	case DE_FAILURE_NO_DEVICE:
	case DE_FAILURE_NOT_READY:
	case DE_FAILURE_SETTINGS:
		break;
	}
	return false;
}

/* Was the medium refused before?  If not, remember it. */
static bool
is_known(struct refusals *r, uint64_t mark)
{
	const uint32_t marked = r->count - r->unmarked;

	if (mark == 0)
		return r->unmarked++ >= UNMARKED_MAX;
	for (uint32_t i = 0; i < marked; i++)
		if (r->marks[i] == mark)
			return true;
	r->marks[marked] = mark;
	return false;
}

bool
refusals_note(struct refusals *r, enum de_failure failure, uint64_t mark)
{
	const bool still_empty = failure == DE_FAILURE_NO_MEDIUM &&
	    r->last == DE_FAILURE_NO_MEDIUM;

	r->last = failure;
	if (r->count >= REFUSALS_MAX)
		return true;
	const bool known = is_known(r, mark);
	r->count++;
	return known || still_empty || !is_of_medium(failure);
}

const char *
refusals_text(enum de_failure failure)
{
	switch (failure) {
	case DE_FAILURE_BUSY:
		return "in use by another program";
	case DE_FAILURE_NO_DEVICE:
		return "the device or host does not exist or does not answer";
	case DE_FAILURE_NO_MEDIUM:
		return "no medium in the drive";
	case DE_FAILURE_NOT_READY:
		return "the drive is not ready";
	case DE_FAILURE_WRITE_PROTECTED:
		return "the medium is write-protected";
	case DE_FAILURE_PROTECTED:
		return "the medium holds a dump that must be kept";
	case DE_FAILURE_FOREIGN:
		return "the medium holds data that is not a dump";
	case DE_FAILURE_UNREADABLE:
		return "the medium is unreadable";
	case DE_FAILURE_FULL:
		return "the medium has no room for it";
	case DE_FAILURE_MEDIUM:
		return "the medium is bad";
	case DE_FAILURE_SETTINGS:
		return "it cannot be written with these settings";
	case DE_FAILURE_OTHER:
		break;
	}
	return "it could not be opened";
}
