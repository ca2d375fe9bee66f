/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_bare.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/growing.h"
#include "core/run/restore_set.h"

struct bare {
	uint32_t inode;
	uint32_t generation;
	uint32_t type;			/* S_IFMT bits */
};

struct restore_bare {
	struct restore *r;		/* borrowed */
	struct growing *sets;		/* of struct bare, by inode */
};

struct restore_bare *
restore_bare_new(struct restore *r)
{
	struct restore_bare *b = calloc(1, sizeof(*b));
	bool ok = false;

	if (b != NULL) {
		b->r = r;
		b->sets = calloc(r->set_count, sizeof(*b->sets));
		ok = b->sets != NULL;
	}
	for (size_t i = 0; ok && i < r->set_count; i++)
		ok = growing_init(&b->sets[i], r->request->settings.tmpdir);
	if (ok)
		return b;
	restore_no_room(r);
	restore_bare_free(b);
	return NULL;
}

void
restore_bare_free(struct restore_bare *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; b->sets != NULL && i < b->r->set_count; i++)
		growing_free(&b->sets[i]);
	free(b->sets);
	free(b);
}

static size_t
count(const struct growing *set)
{
	return set->used / sizeof(struct bare);
}

static const struct bare *
at(const struct growing *set, size_t index)
{
	return (const struct bare *)(const void *)set->bytes + index;
}

bool
restore_bare_add(struct restore_bare *b, size_t set,
    const struct header *header)
{
	struct growing *g = &b->sets[set];

	if (count(g) > 0 && at(g, count(g) - 1)->inode >= header->inode)
		return true;
	struct bare *one = growing_add(g, sizeof(*one));
	if (one == NULL)
		return restore_no_room(b->r);
	*one = (struct bare){
		.inode = header->inode,
		.generation = header->meta.generation,
		.type = header->meta.mode & S_IFMT,
	};
	return true;
}

static const struct bare *
find(const struct growing *set, uint32_t inode)
{
	size_t low = 0, high = count(set);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (at(set, middle)->inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count(set) && at(set, low)->inode == inode ?
	    at(set, low) : NULL;
}

/* True also if its map is lost. */
static bool
may_have(const struct inomap *map, uint32_t inode)
{
	return map == NULL || inomap_has(map, inode);
}

bool
restore_bare_has_older(const struct restore_bare *b, size_t set,
    uint32_t inode)
{
	for (size_t i = 0; i < set; i++)
		if (may_have(restore_set_dumped(b->r->sets[i]), inode))
			return true;
	return false;
}

bool
restore_bare_is_completed_by(const struct restore_bare *b, size_t set,
    const struct header *header)
{
	const uint32_t inode = header->inode;
	bool is_bare = false;

	for (size_t i = set + 1; i < b->r->set_count; i++) {
		const struct restore_set *s = b->r->sets[i];
		const struct bare *newer = find(&b->sets[i], inode);
		if (!may_have(restore_set_in_use(s), inode))
			return false;
		if (newer == NULL && restore_set_dumped(s) != NULL &&
		    inomap_has(restore_set_dumped(s), inode))
			return false;
		if (newer != NULL &&
		    (newer->generation != header->meta.generation ||
		    newer->type != (header->meta.mode & S_IFMT)))
			return false;
		is_bare |= newer != NULL;
	}
	return is_bare;
}
