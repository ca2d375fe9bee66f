/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/read/set_own.h"

/* A map of all inode numbers there are, bytes. */
#define MAP_MAX (((size_t)UINT32_MAX >> 3) + 1)

#define UNIT 1024		/* of struct inomap, bytes */

/* What a map claims is believed only as far as its data is there. */
static bool
add_bytes(struct set_map *m, const uint8_t *bytes, uint64_t length)
{
	const size_t part = length < MAP_MAX - m->length ? (size_t)length :
	    MAP_MAX - m->length;

	if (!set_reserve(&m->map.bits, &m->room, m->length + part))
		return false;
	memcpy(m->map.bits + m->length, bytes, part);
	m->length += part;
	return true;
}

static enum set_result
step_map(struct set *s)
{
	const struct window_piece *here = window_here(&s->window);

	s->step = set_step_header;
	if (s->map_left == 0)
		return SET_GO_ON;
	if (here == NULL || here->sight == WINDOW_BREAK) {
		s->map->damaged = true;
		return SET_GO_ON;
	}
	const uint64_t part = here->length < s->map_left ? here->length :
	    s->map_left;
	if (here->sight == WINDOW_GAP)
		s->map->damaged = true;
	else if (!add_bytes(s->map, here->bytes, part))
		return set_out_of_memory(s);
	s->map_left -= part;
	window_pass(&s->window, part);
	s->step = step_map;
	return SET_GO_ON;
}

/* The header's block is at the cursor. */
static void
begin_blocks(struct set *s, uint64_t blocks)
{
	struct set_found next;
	uint64_t good;

	window_pass(&s->window, s->block);
	s->map_left = blocks * s->block;
	s->step = step_map;
	const enum set_verdict verdict = set_verify(s, s->map_left, &next,
	    &good);
	if (verdict == SET_DATA_IS_SUSPECT || verdict == SET_DATA_IS_DOUBTFUL)
		s->map->damaged = true;
	if (verdict != SET_DATA_IS_DOUBTFUL)
		return;
	set_go_astray(s, s->window.cursor + s->map_left,
	    s->window.cursor + next.distance);
}

/* Some writers repeat a map on a later volume: that is passed over. */
void
set_begin_map(struct set *s, const struct header *h)
{
	struct set_map *m = h->type == HEADER_CLRI ? &s->in_use : &s->dumped;

	if (s->has_maps || m->present) {
		set_pass_junk(s, (1 + (uint64_t)h->count) * s->block);
		return;
	}
	m->present = true;
	s->map = m;
	begin_blocks(s, h->count);
}

void
set_continue_map(struct set *s, const struct header *h)
{
	begin_blocks(s, header_data_blocks(s->dialect, h));
}

/* ------------------------------------------------------------------ finish */

/* Both maps get the same size, so that they can be combined. */
static bool
fill_up(struct set_map *m, size_t length)
{
	if (!set_reserve(&m->map.bits, &m->room, length))
		return false;
	memset(m->map.bits + m->length, 0, length - m->length);
	m->length = length;
	m->map.tape_blocks = (uint32_t)(length / UNIT);
	m->map.max_inode = length < MAP_MAX ? (uint32_t)(length * 8) :
	    UINT32_MAX;
	return true;
}

/* A dump of nothing has no second map. */
static void
find_empty(struct set *s)
{
	if (!s->has_losses && s->in_use.present)
		s->dumped.present = true;
}

bool
set_finish_maps(struct set *s, bool is_end)
{
	if (is_end)
		find_empty(s);
	size_t length = s->in_use.length > s->dumped.length ?
	    s->in_use.length : s->dumped.length;

	length = (length + UNIT - 1) / UNIT * UNIT;
	if (length == 0)
		length = UNIT;
	if (!fill_up(&s->in_use, length) || !fill_up(&s->dumped, length))
		return false;
	s->has_maps = true;
	set_queue(s, SET_MAPS, 0);
	return true;
}
