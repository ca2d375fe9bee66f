/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/inode_places.h"

#include <stdlib.h>

#include "core/base/growing.h"

struct inode_places {
	struct growing list;		/* struct inode_place, by inode */
	bool is_sorted;
};

static struct inode_place *
list_of(const struct inode_places *p)
{
	return (struct inode_place *)(void *)p->list.bytes;
}

uint64_t
inode_places_count(const struct inode_places *p)
{
	return p->list.used / sizeof(struct inode_place);
}

const struct inode_place *
inode_places_at(const struct inode_places *p, uint64_t number)
{
	return &list_of(p)[number];
}

struct inode_places *
inode_places_new(const char *folder)
{
	struct inode_places *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->is_sorted = true;
	if (growing_init(&p->list, folder))
		return p;
	inode_places_free(p);
	return NULL;
}

void
inode_places_free(struct inode_places *p)
{
	if (p == NULL)
		return;
	growing_free(&p->list);
	free(p);
}

bool
inode_places_add(struct inode_places *p, const struct inode_place *place)
{
	const uint64_t count = inode_places_count(p);

	if (count > 0 && list_of(p)[count - 1].inode >= place->inode)
		p->is_sorted = false;
	struct inode_place *added = growing_add(&p->list, sizeof(*added));
	if (added == NULL)
		return false;
	*added = *place;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct inode_place *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* All writers write them in their order; only what is forged needs it. */
void
inode_places_finish(struct inode_places *p)
{
	if (!p->is_sorted)
		qsort(list_of(p), (size_t)inode_places_count(p),
		    sizeof(struct inode_place), compare);
	p->is_sorted = true;
}

static uint64_t
room_of(const struct inode_place *one, const struct inode_place *next)
{
	return next->volume == one->volume && next->position > one->position ?
	    next->position - one->position : UINT64_MAX;
}

bool
inode_places_find(const struct inode_places *p, uint32_t inode, struct inode_place *place,
    uint64_t *room)
{
	const struct inode_place key = { .inode = inode };
	const uint64_t count = inode_places_count(p);
	const struct inode_place *found = count == 0 ? NULL : bsearch(&key,
	    list_of(p), (size_t)count, sizeof(key), compare);

	if (found == NULL)
		return false;
	*place = *found;
	*room = found + 1 == list_of(p) + count ? UINT64_MAX :
	    room_of(found, found + 1);
	return true;
}
