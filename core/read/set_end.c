/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

static enum set_result
step_ended(struct set *s)
{
	(void)s;
	return SET_FAILED;
}

enum set_result
set_end(struct set *s, bool complete)
{
	if (!s->has_maps && !set_finish_maps(s, s->at_end))
		return set_out_of_memory(s);
	set_queue(s, SET_END, 0)->complete = complete;
	s->step = step_ended;
	return SET_GO_ON;
}

/* ---------------------------------------------------------------- appendix */

static bool
continues_gather(const struct set *s, const struct header *h)
{
	return s->gather.active && h->type == HEADER_ADDR &&
	    h->part == s->gather.part && h->inode == s->gather.inode;
}

static enum set_result
take_header(struct set *s, const struct header *h)
{
	const uint64_t data = header_data_blocks(s->dialect, h);

	/* Restoring does not need the index that may follow. */
	if (h->type == HEADER_END && h->follows != HEADER_FOLLOWS_ATTRIBUTES)
		return set_end(s, true);
	if (h->type == HEADER_INODE && h->part == HEADER_PART_XATTRS)
		set_begin_gather(s, h);
	else
		window_pass(&s->window, (1 + data) * s->block);
	return SET_GO_ON;
}

/* Whose attributes they were, is not known. */
static enum set_result
resync(struct set *s)
{
	struct set_found found;

	if (!s->astray)
		set_queue(s, SET_LOST_XATTRS, 0)->why =
		    "attributes behind the end could not be read";
	s->astray = true;
	if (set_search(s, 0, SET_STRETCH, &found)) {
		window_pass(&s->window, found.distance);
		set_note_number(s, &found.header, s->window.cursor);
		s->ahead.block = NULL;
		return SET_GO_ON;
	}
	return set_pass_stretch(s) ? SET_GO_ON : set_end(s, false);
}

/* Attributes that are too large for restore(8), and another end. */
enum set_result
set_step_appendix(struct set *s)
{
	struct set_found found;
	const uint8_t *block;
	const bool is_header = set_check_at(s, 0, &found, &block);

	if (is_header && found.fits && continues_gather(s, &found.header)) {
		set_note_number(s, &found.header, s->window.cursor);
		set_continue_gather(s, &found.header);
		return SET_GO_ON;
	}
	if (s->gather.active)
		return set_finish_gather(s);
	if (!is_header || !found.fits)
		return volumes_verdict(s->volumes) == VERDICT_GO_ON ?
		    resync(s) : SET_FAILED;
	s->astray = false;
	set_note_number(s, &found.header, s->window.cursor);
	return take_header(s, &found.header);
}

void
set_begin_appendix(struct set *s)
{
	s->at_end = true;
	s->step = set_step_appendix;
}
