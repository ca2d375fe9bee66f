/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/ring/backlog.h"

#include <stdlib.h>
#include <string.h>

void
backlog_init(struct backlog *b)
{
	b->first = NULL;
	b->end = &b->first;
}

void
backlog_clear(struct backlog *b)
{
	while (b->first != NULL)
		backlog_drop_first(b);
}

static struct backlog_item *
add(struct backlog *b, enum backlog_kind kind, size_t block_bytes)
{
	struct backlog_item *item = calloc(1, sizeof(*item) + block_bytes);

	if (item == NULL)
		return NULL;
	item->kind = kind;
	*b->end = item;
	b->end = &item->next;
	return item;
}

bool
backlog_add_block(struct backlog *b, enum backlog_kind kind,
    const uint8_t *block)
{
	struct backlog_item *item = add(b, kind, DE_TAPE_BLOCK);

	if (item != NULL)
		memcpy(item->block, block, DE_TAPE_BLOCK);
	return item != NULL;
}

bool
backlog_add_extent(struct backlog *b, const struct ring_extent *extent)
{
	struct backlog_item *item = add(b, BACKLOG_EXTENT, 0);

	if (item != NULL)
		item->extent = *extent;
	return item != NULL;
}

void
backlog_drop_first(struct backlog *b)
{
	struct backlog_item *item = b->first;

	b->first = item->next;
	if (b->first == NULL)
		b->end = &b->first;
	free(item);
}

void
backlog_prepend(struct backlog *b, struct backlog *front)
{
	if (front->first == NULL)
		return;
	*front->end = b->first;
	if (b->first == NULL)
		b->end = front->end;
	b->first = front->first;
	backlog_init(front);
}
