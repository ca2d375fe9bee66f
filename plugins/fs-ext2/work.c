/* SPDX-License-Identifier: BSD-3-Clause */
#include "work.h"

#include <stdlib.h>

#define ENTRIES_BYTES 262144

static size_t
pool_bytes(const struct ext2 *e)
{
	return WORK_NODES * (size_t)e->block_size + ENTRIES_BYTES +
	    e->block_size + WORK_VALUE_MAX + WORK_LIST_BYTES + e->inode_size;
}

/* Untouched pages cost nothing, so allocate all of it at once. */
static struct work *
work_new(const struct ext2 *e)
{
	struct work *w = calloc(1, sizeof(*w) + pool_bytes(e));

	if (w == NULL) {
		e->host->report(e->host, DE_ERROR, "%s: out of memory",
		    e->device);
		return NULL;
	}
	uint8_t *at = (uint8_t *)(w + 1);
	for (int i = 0; i < WORK_NODES; i++, at += e->block_size)
		w->nodes[i] = at;
	w->entries = at;
	w->entries_bytes = ENTRIES_BYTES;
	at += ENTRIES_BYTES;
	w->attributes = at;
	at += e->block_size;
	w->value = at;
	at += WORK_VALUE_MAX;
	w->list = at;
	at += WORK_LIST_BYTES;
	w->inode = at;
	return w;
}

struct work *
work_take(struct ext2 *e)
{
	struct work *w = e->spare;

	if (w == NULL)
		return work_new(e);
	e->spare = w->next;
	return w;
}

void
work_give_back(struct ext2 *e, struct work *work)
{
	if (work == NULL)
		return;
	work->next = e->spare;
	e->spare = work;
}

void
work_free(struct ext2 *e)
{
	while (e->spare != NULL) {
		struct work *w = e->spare;
		e->spare = w->next;
		free(w);
	}
}
