/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

/* Headers in a row whose numbers fitted make the next one's worth something. */
#define TRUSTED 2

#define ROOT_INODE 2

bool
set_trusts_numbers(const struct set *s)
{
	return !s->is_extract && s->numbers.fits >= TRUSTED;
}

/*
 * Numbers have 32 bits in most dialects, and wrap.  A volume header counts in
 * most, too, and is not in the window.
 */
static int64_t
count_missing(const struct set *s, const struct header *h, uint64_t position)
{
	const uint64_t at = position + (uint64_t)s->numbers.shift;
	const uint32_t expected = (uint32_t)(at / s->block);
	const int64_t missing = (int64_t)s->block *
	    (int32_t)((uint32_t)h->tapea - expected) -
	    (int64_t)(at % s->block);
	const int64_t headers = (int64_t)s->block *
	    (s->window.begun - s->numbers.volumes);

	if (missing >= 0 && missing <= headers)
		return 0;
	return missing;
}

/* If the sizes of the set have their halves exchanged, its root says so. */
static bool
decode(struct set *s, const uint8_t *block, struct header *h)
{
	if (!header_has_magic(s->dialect, block) ||
	    !header_decode(s->dialect, block, h))
		return false;
	if (h->type != HEADER_INODE || h->inode != ROOT_INODE ||
	    !header_is_size_swapped(h))
		return true;
	s->swapped = *s->dialect;
	s->swapped.swapped_halves = !s->swapped.swapped_halves;
	s->dialect = &s->swapped;
	dialect_describe(s->dialect, s->identity.dialect);
	return header_decode(s->dialect, block, h);
}

/* A volume header of Sun may be that of an inode, too: it is taken for that. */
static void
see_through(const struct set *s, struct header *h)
{
	if (h->continues)
		h->type = s->inode.open && s->inode.header.inode == h->inode ?
		    HEADER_ADDR : HEADER_INODE;
}

static bool
is_ours(struct set *s, const uint8_t *block, uint64_t position,
    struct set_found *found)
{
	if (!decode(s, block, &found->header) ||
	    found->header.date != s->identity.date)
		return false;
	see_through(s, &found->header);
	found->missing = s->numbers.known ?
	    count_missing(s, &found->header, position) : 0;
	found->fits = found->missing == 0 || !set_trusts_numbers(s);
	return true;
}

static bool
is_known(const struct set *s, uint64_t position)
{
	return s->ahead.block != NULL && s->ahead.position == position;
}

bool
set_check_at(struct set *s, uint64_t distance, struct set_found *found,
    const uint8_t **block)
{
	const uint64_t position = s->window.cursor + distance;
	enum window_sight sight;

	if (is_known(s, position)) {
		*found = s->ahead.found;
		found->distance = distance;
		*block = s->ahead.block;
		return true;
	}
	found->distance = distance;
	*block = window_look(&s->window, distance, s->block, &sight);
	if (*block == NULL || !is_ours(s, *block, position, found))
		return false;
	if (*block != s->window.scratch)
		s->ahead = (struct set_ahead){ *block, position, *found };
	return true;
}

void
set_note_number(struct set *s, const struct header *h, uint64_t position)
{
	struct set_numbers *n = &s->numbers;

	if (n->known && count_missing(s, h, position) == 0)
		n->fits += n->fits < TRUSTED ? 1 : 0;
	else if (n->fits > 1)
		n->fits = 1;
	n->known = true;
	n->shift = (int64_t)(h->tapea * s->block - position);
	n->volumes = s->window.begun;
	n->volume = h->volume;
}

/* ------------------------------------------------------------------ search */

/* Behind a break or beyond what can be seen there is nothing to be found. */
static bool
search_by(struct set *s, uint64_t from, uint64_t to, uint64_t step,
    struct set_found *found)
{
	struct set_found candidate;
	enum window_sight sight;
	bool any = false;

	for (uint64_t at = from; at < to; at += step) {
		const uint8_t *block = window_look(&s->window, at, s->block,
		    &sight);
		if (block == NULL && sight == WINDOW_GAP)
			continue;
		if (block == NULL)
			break;
		candidate.distance = at;
		if (!is_ours(s, block, s->window.cursor + at, &candidate))
			continue;
		if (candidate.fits || !any)
			*found = candidate;
		any = true;
		if (candidate.fits)
			break;
	}
	return any;
}

bool
set_search(struct set *s, uint64_t from, uint64_t to, struct set_found *found)
{
	const bool stays = s->window.stays;

	s->window.stays = true;
	const bool any = search_by(s, from, to, s->block, found) ||
	    search_by(s, from, to, 1, found);
	s->window.stays = stays;
	return any;
}
