/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

/* ------------------------------------------------------------------- junk */

static enum set_result
step_junk(struct set *s)
{
	if (!window_jump(&s->window, s->junk))
		window_pass(&s->window, s->junk);
	s->junk = 0;
	s->step = set_step_header;
	return SET_GO_ON;
}

void
set_pass_junk(struct set *s, uint64_t bytes)
{
	s->junk = bytes;
	s->step = step_junk;
}

/* The rest of a volume is nothing (Sun's TS_EOM). */
static void
pass_volume(struct set *s)
{
	const struct window_piece *here = window_here(&s->window);
	const uint32_t volume = here == NULL ? 0 : here->volume;

	while (here != NULL && here->sight == WINDOW_BYTES &&
	    here->volume == volume) {
		window_pass(&s->window, here->length);
		here = window_here(&s->window);
	}
}

/* ---------------------------------------------------------------- dispatch */

static bool
is_of_inode(const struct set *s, const struct header *h)
{
	return s->inode.open && h->inode == s->inode.header.inode;
}

/* Of something that nobody knows what it belongs to, or that nobody wants. */
static void
leave_out(struct set *s, const struct header *h)
{
	const uint64_t data = header_data_blocks(s->dialect, h);

	set_pass_junk(s, (1 + data) * s->block);
}

static bool
has_attributes(const struct set *s, const struct header *h)
{
	return is_of_inode(s, h) && !s->inode.unwanted &&
	    h->part != HEADER_PART_DATA && h->part != HEADER_PART_UNKNOWN;
}

/* TS_INODE: an inode, or something that belongs to the one before. */
static void
take_inode(struct set *s, const struct header *h, const uint8_t *block)
{
	if (h->part == HEADER_PART_DATA) {
		if (!window_mark(&s->window, &s->begun))
			s->begun.volume = 0;
		set_begin_inode(s, h, block);
		window_pass(&s->window, s->block);
	} else if (has_attributes(s, h)) {
		set_begin_gather(s, h);
	} else {
		leave_out(s, h);
	}
}

/*
 * TS_ADDR.  What continues nothing known was lost, or is behind the end of its
 * file.
 */
static void
take_addr(struct set *s, const struct header *h, const uint8_t *block)
{
	if (s->map != NULL) {
		set_continue_map(s, h);
	} else if (is_of_inode(s, h) && h->part == HEADER_PART_DATA) {
		set_begin_span(s, h, block);
		window_pass(&s->window, s->block);
	} else if (!has_attributes(s, h)) {
		leave_out(s, h);
	} else if (s->gather.active) {
		set_continue_gather(s, h);
	} else {
		set_begin_gather(s, h);
	}
}

void
set_take_header(struct set *s, const struct header *h, const uint8_t *block)
{
	set_note_number(s, h, s->window.cursor);
	s->astray = s->is_broken = false;
	s->step = set_step_header;
	if (h->type != HEADER_ADDR)
		s->map = NULL;
	switch (h->type) {
	case HEADER_CLRI:
	case HEADER_BITS:
		set_begin_map(s, h);
		break;
	case HEADER_INODE:
		take_inode(s, h, block);
		break;
	case HEADER_ADDR:
		take_addr(s, h, block);
		break;
	case HEADER_END:
		set_begin_appendix(s);
		break;
	case HEADER_END_OF_MEDIUM:
		pass_volume(s);
		break;
	default:	/* TS_TAPE of volumes that were joined */
		window_pass(&s->window, s->block);
		break;
	}
}

/* Does it end what the headers before it began? */
static bool
ends_inode(const struct header *h)
{
	return h->type == HEADER_END ||
	    (h->type == HEADER_INODE && h->part == HEADER_PART_DATA);
}

static bool
ends_maps(const struct set *s, const struct header *h)
{
	return ends_inode(h) || (h->type == HEADER_ADDR && s->map == NULL);
}

static bool
ends_gather(const struct set *s, const struct header *h)
{
	return h->type != HEADER_ADDR || h->part != s->gather.part;
}

/* First what is still to be said of what came before. */
static enum set_result
finish(struct set *s, const struct header *h, bool *finished)
{
	*finished = true;
	if (s->gather.active && ends_gather(s, h)) {
		*finished = false;
		return set_finish_gather(s);
	}
	if (s->inode.open && ends_inode(h)) {
		*finished = false;
		if (s->inode.header.list != NULL)
			return set_take_list(s);
		set_end_inode(s, NULL);
	}
	if (!s->has_maps && ends_maps(s, h) &&
	    !set_finish_maps(s, h->type == HEADER_END))
		return set_out_of_memory(s);
	return SET_GO_ON;
}

/*
 * Sun's volume header may be a header of the inode that goes on, too, or of the
 * next one.  It is believed if another header is where it says.
 */
static bool
take_volume_header(struct set *s)
{
	struct window *w = &s->window;
	struct header h = w->tape_header;
	struct set_found found;
	const uint8_t *block;

	if (w->begun_at != w->cursor || !h.continues ||
	    !set_check_at(s, header_data_blocks(s->dialect, &h) * s->block,
	    &found, &block))
		return false;
	w->begun_at = UINT64_MAX;	/* once */
	if (is_of_inode(s, &h)) {
		set_begin_span(s, &h, w->tape);
		return true;
	}
	if (s->inode.open)
		set_end_inode(s, NULL);
	set_begin_inode(s, &h, w->tape);
	return true;
}

enum set_result
set_step_header(struct set *s)
{
	struct set_found found;
	const uint8_t *block;
	bool finished;

	if (!set_check_at(s, 0, &found, &block) || !found.fits) {
		if (!take_volume_header(s))
			s->step = set_step_resync;
		return SET_GO_ON;
	}
	const enum set_result result = finish(s, &found.header, &finished);
	if (result == SET_FAILED || !finished)
		return result;
	set_take_header(s, &found.header, block);
	return SET_GO_ON;
}
