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
	if (!s->has_maps && !set_finish_maps(s))
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

/*
 * Behind the end there may be more ends, attributes that are too large for
 * restore(8), and what is not for us.
 */
enum set_result
set_step_appendix(struct set *s)
{
	struct set_found found;
	const uint8_t *block;
	const struct header *h = &found.header;
	const bool is_header = set_check_at(s, 0, &found, &block);

	if (is_header && continues_gather(s, h)) {
		set_continue_gather(s, h);
		return SET_GO_ON;
	}
	if (s->gather.active)
		return set_finish_gather(s);
	if (is_header && h->type == HEADER_END) {
		window_pass(&s->window, s->block);
		return SET_GO_ON;
	}
	if (is_header && h->type == HEADER_INODE &&
	    h->part == HEADER_PART_XATTRS) {
		set_begin_gather(s, h);
		return SET_GO_ON;
	}
	return set_end(s, true);
}

void
set_begin_appendix(struct set *s)
{
	s->window.stays = true;
	s->at_end = true;
	s->step = set_step_appendix;
}
