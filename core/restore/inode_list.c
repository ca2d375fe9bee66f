/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/inode_list.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/growing.h"

_Static_assert(sizeof(struct inode_facts) == 32, "as inode_list.h says");

struct inode_list {
	struct growing facts;
	uint32_t last;		/* inode that was added last */
	bool is_sorted;
};

struct inode_facts
inode_facts(uint32_t inode, const struct de_inode *meta)
{
	const bool is_device = S_ISCHR(meta->mode) || S_ISBLK(meta->mode);

	return (struct inode_facts){
		.inode = inode,
		.mode = (uint16_t)meta->mode,
		.links = (uint16_t)(meta->links > UINT16_MAX ? UINT16_MAX :
		    meta->links),
		.uid = meta->uid,
		.gid = meta->gid,
		.size = is_device ? (uint64_t)meta->device_major << 32 |
		    meta->device_minor : meta->size,
		.mtime = meta->mtime.seconds,
	};
}

uint32_t
inode_facts_major(const struct inode_facts *facts)
{
	return (uint32_t)(facts->size >> 32);
}

uint32_t
inode_facts_minor(const struct inode_facts *facts)
{
	return (uint32_t)facts->size;
}

struct inode_list *
inode_list_new(const char *folder)
{
	struct inode_list *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->is_sorted = true;
	if (growing_init(&l->facts, folder))
		return l;
	const int error = errno;
	inode_list_free(l);
	errno = error;
	return NULL;
}

void
inode_list_free(struct inode_list *l)
{
	if (l == NULL)
		return;
	growing_free(&l->facts);
	free(l);
}

bool
inode_list_add(struct inode_list *l, uint32_t inode,
    const struct de_inode *meta)
{
	struct inode_facts *facts = growing_add(&l->facts, sizeof(*facts));

	if (facts == NULL)
		return false;
	*facts = inode_facts(inode, meta);
	if (inode < l->last)
		l->is_sorted = false;
	l->last = inode;
	return true;
}

static int
by_inode(const void *a, const void *b)
{
	const uint32_t one = ((const struct inode_facts *)a)->inode;
	const uint32_t other = ((const struct inode_facts *)b)->inode;

	return one < other ? -1 : one > other;
}

/* Sets have inodes in order, so this is for several sets, or damage. */
void
inode_list_finish(struct inode_list *l)
{
	if (!l->is_sorted)
		qsort(l->facts.bytes, l->facts.used /
		    sizeof(struct inode_facts), sizeof(struct inode_facts),
		    by_inode);
	l->is_sorted = true;
}

bool
inode_list_get(const struct inode_list *l, uint32_t inode,
    struct inode_facts *facts)
{
	const struct inode_facts key = { .inode = inode };
	const struct inode_facts *found = l->facts.used == 0 ? NULL :
	    bsearch(&key, l->facts.bytes, l->facts.used / sizeof(key),
	    sizeof(key), by_inode);

	if (found != NULL)
		*facts = *found;
	return found != NULL;
}
