/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A directory of which a set has lost a part: what an older set knows of it is
 * better than nothing, and a file that has no name would be removed.
 */
#include "core/read/names.h"

#include "core/read/names_own.h"

static bool
note(struct names *n, uint32_t number)
{
	uint32_t *noted = growing_add(&n->order, sizeof(*noted));

	if (noted == NULL)
		return false;
	*noted = number;
	return true;
}

/* The newest one, older ones up to the first whole one, and NAMES_NONE. */
static bool
note_versions(struct names *n, const uint64_t *numbers, uint32_t newest)
{
	uint32_t i = newest;

	for (;; i--) {
		const uint32_t number = (uint32_t)numbers[i];
		if (!note(n, number))
			return false;
		if (!names_directories(n)[number].incomplete || i == 0 ||
		    numbers[i - 1] >> 32 != numbers[newest] >> 32)
			return note(n, NAMES_NONE);
	}
}

/* Adding directories takes the room of `numbers`, so the work is noted first. */
static bool
note_all(struct names *n, const uint64_t *numbers)
{
	const uint32_t count = names_directories_count(n);

	for (uint32_t i = 1; i < count; i++) {
		const struct stored_directory *d =
		    &names_directories(n)[(uint32_t)numbers[i]];
		const bool is_newest = i + 1 == count ||
		    numbers[i] >> 32 != numbers[i + 1] >> 32;
		if (d->incomplete && d->inode != 0 && is_newest &&
		    numbers[i - 1] >> 32 == numbers[i] >> 32 &&
		    !note_versions(n, numbers, i))
			return false;
	}
	return true;
}

/* Names that both have are no fault: the first one counts, the newest. */
static bool
merge(struct names *n, size_t *at)
{
	const uint32_t inode =
	    names_directories(n)[names_order(n)[*at]].inode;
	const uint64_t refused = n->refused;
	bool ok = names_begin_directory(n, inode);

	for (; ok && names_order(n)[*at] != NAMES_NONE; ++*at)
		ok = names_copy_entries(n, names_order(n)[*at]);
	++*at;
	ok = ok && names_end_directory(n);
	n->refused = refused;
	return ok;
}

bool
names_merge_incomplete(struct names *n, const uint64_t *numbers)
{
	growing_cut(&n->order, 0);
	if (!note_all(n, numbers))
		return false;
	const size_t end = n->order.used / sizeof(uint32_t);
	for (size_t at = 0; at < end;)
		if (!merge(n, &at))
			return false;
	return true;
}
