/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What differs between two trees, directory by directory: the entries of both
 * are sorted, so that each is looked at once.
 */
#include "core/restore/place.h"

#include <string.h>

#include "core/restore/place_own.h"

static int
compare(const struct name_entry *a, const struct name_entry *b)
{
	const size_t length = a->length < b->length ? a->length : b->length;
	const int difference = memcmp(a->name, b->name, length);

	return difference != 0 ? difference : a->length - b->length;
}

void
place_each_entry(struct place *p, const struct names *one,
    const struct names *other, uint32_t directory, place_entry_fn *take)
{
	uint32_t id, count, other_id, other_count;

	names_in_directory(one, directory, &id, &count);
	names_in_directory(other, directory, &other_id, &other_count);
	const uint32_t end = id + count;
	const uint32_t other_end = other_id + other_count;
	for (; id < end && p->verdict == VERDICT_GO_ON; id++) {
		struct name_entry entry, there;
		int order = -1;
		names_entry(one, id, &entry);
		for (; other_id < other_end; other_id++) {
			names_entry(other, other_id, &there);
			order = compare(&entry, &there);
			if (order <= 0)
				break;
		}
		take(p, id, &entry, other_id < other_end && order == 0 &&
		    entry.inode == there.inode &&
		    names_is_directory(one, entry.inode) ==
		    names_is_directory(other, there.inode));
	}
}

bool
place_is_brought(const struct place *p, uint32_t inode)
{
	return !p->levels->may_be_bare && inomap_has(p->levels->dumped, inode);
}

bool
place_is_file(const struct names *n, uint32_t inode)
{
	return names_of_inode(n, inode) != NAMES_NONE &&
	    !names_is_directory(n, inode);
}
