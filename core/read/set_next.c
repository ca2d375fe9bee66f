/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

#include <stdlib.h>
#include <string.h>

static bool
make_buffers(struct set *s)
{
	s->inode.block = malloc(DIALECT_BLOCK_MAX);
	s->span.block = malloc(DIALECT_BLOCK_MAX);
	return s->inode.block != NULL && s->span.block != NULL &&
	    window_init(&s->window, s->volumes);
}

static void
identify(struct set *s)
{
	const struct header *h = volumes_header(s->volumes);
	struct set_identity *id = &s->identity;

	id->date = h->date;
	id->base_date = h->base_date;
	id->level = h->level;
	memcpy(id->label, h->label, sizeof(id->label));
	memcpy(id->filesystem, h->filesystem, sizeof(id->filesystem));
	memcpy(id->device, h->device, sizeof(id->device));
	memcpy(id->host, h->host, sizeof(id->host));
	dialect_describe(s->dialect, id->dialect);
}

struct set *
set_new(struct volumes *volumes, struct report *rep)
{
	struct set *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		report(rep, DE_ERROR, "out of memory");
		volumes_close(volumes);
		return NULL;
	}
	s->volumes = volumes;
	s->rep = rep;
	s->dialect = volumes_dialect(volumes);
	s->block = s->dialect->block_size;
	s->step = set_step_header;
	if (!make_buffers(s)) {
		report(rep, DE_ERROR, "out of memory");
		set_free(s);
		return NULL;
	}
	identify(s);
	return s;
}

static void
release_items(struct set *s)
{
	if (s->shown != NULL)
		chunk_release(s->shown);
	for (unsigned int i = 0; i < s->item_count; i++) {
		const struct set_item *item =
		    &s->items[(s->first_item + i) % ITEMS_MAX];
		if (item->chunk != NULL)
			chunk_release(item->chunk);
	}
}

void
set_free(struct set *s)
{
	if (s == NULL)
		return;
	release_items(s);
	window_free(&s->window);
	volumes_close(s->volumes);
	inomap_free(&s->in_use.map);
	inomap_free(&s->dumped.map);
	free(s->inode.block);
	free(s->span.block);
	free(s->gather.bytes);
	free(s->attributes.bytes);
	free(s->attributes.list);
	free(s->inline_bytes);
	free(s);
}

/* ------------------------------------------------------------------- items */

struct set_item *
set_queue(struct set *s, enum set_kind kind, uint32_t inode)
{
	struct set_item *item =
	    &s->items[(s->first_item + s->item_count++) % ITEMS_MAX];

	*item = (struct set_item){ .kind = kind, .inode = inode };
	return item;
}

bool
set_next(struct set *s, struct set_item *item)
{
	if (s->shown != NULL)
		chunk_release(s->shown);
	s->shown = NULL;
	while (s->item_count == 0)
		if (volumes_verdict(s->volumes) != VERDICT_GO_ON ||
		    s->step(s) == SET_FAILED)
			return false;
	*item = s->items[s->first_item];
	s->first_item = (s->first_item + 1) % ITEMS_MAX;
	s->item_count--;
	s->shown = item->chunk;
	return true;
}

void
set_skip_contents(struct set *s)
{
	s->inode.unwanted = true;
}

/* ------------------------------------------------------------------ memory */

enum set_result
set_out_of_memory(struct set *s)
{
	report(s->rep, DE_ERROR, "out of memory");
	return SET_FAILED;
}

bool
set_reserve(uint8_t **bytes, size_t *room, size_t need)
{
	if (need <= *room)
		return true;
	const size_t more = *room < SIZE_MAX / 2 && *room * 2 > need ?
	    *room * 2 : need;
	uint8_t *grown = realloc(*bytes, more);
	if (grown == NULL)
		return false;
	*bytes = grown;
	*room = more;
	return true;
}

/* ------------------------------------------------------------------- asked */

const struct dialect *
set_dialect(const struct set *s)
{
	return s->dialect;
}

const struct set_identity *
set_identity(const struct set *s)
{
	return &s->identity;
}

static const struct inomap *
known_map(const struct set_map *m)
{
	return m->present && !m->damaged ? &m->map : NULL;
}

const struct inomap *
set_in_use(const struct set *s)
{
	return known_map(&s->in_use);
}

const struct inomap *
set_dumped(const struct set *s)
{
	return known_map(&s->dumped);
}

uint64_t
set_bytes(const struct set *s)
{
	return volumes_bytes(s->volumes);
}

uint64_t
set_size(const struct set *s)
{
	return volumes_size(s->volumes);
}

void
set_is_extract(struct set *s)
{
	s->is_extract = true;
}

void
set_stop(struct set *s)
{
	volumes_stop(s->volumes);
}

void
set_want_index(struct set *s)
{
	s->wants_index = s->reads_index = true;
}

void
set_pass_index(struct set *s)
{
	s->reads_index = true;
}

const struct header_pointer *
set_index_pointer(const struct set *s)
{
	return s->has_pointer ? &s->pointer : NULL;
}

bool
set_has_index(const struct set *s)
{
	return s->has_index;
}

bool
set_position(const struct set *s, uint32_t *volume, uint64_t *position)
{
	*volume = s->begun.volume;
	*position = s->begun.position;
	return s->begun.volume != 0;
}

void
set_aim(struct set *s, uint32_t volume, uint64_t position, uint32_t inode)
{
	s->aim = (struct set_aim){ volume, position, inode };
}

uint32_t
set_volume(const struct set *s)
{
	return s->window.volume;
}
