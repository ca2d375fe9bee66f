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

static void
put_lost_index(struct set *s, const char *why)
{
	if (s->wants_index)
		set_queue(s, SET_LOST_INDEX, 0)->why = why;
}

/* It is there, whatever is the matter behind it. */
static enum set_result
end_index(struct set *s, const char *why)
{
	if (why != NULL)
		put_lost_index(s, why);
	return set_end(s, true);
}

/* An index was announced, and could not be made. */
static bool
has_come_to_nothing(struct set *s)
{
	return s->has_index && s->index_offset == 0 &&
	    window_here(&s->window) == NULL &&
	    volumes_verdict(s->volumes) == VERDICT_GO_ON;
}

static enum set_result
resync(struct set *s)
{
	struct set_found found;

	if (!s->astray && has_come_to_nothing(s)) {
		s->has_index = false;
		return set_end(s, true);
	}
	if (!s->astray && s->has_index)
		put_lost_index(s,
		    "blocks of it, or right before it, are damaged");
	else if (!s->astray)	/* whose they were, is not known */
		set_queue(s, SET_LOST_XATTRS, 0)->why =
		    "attributes behind the end could not be read";
	s->astray = true;
	if (set_search(s, 0, SET_STRETCH, &found)) {
		window_pass(&s->window, found.distance);
		set_note_number(s, &found.header, s->window.cursor);
		s->ahead.block = NULL;
		return SET_GO_ON;
	}
	if (set_pass_stretch(s))
		return SET_GO_ON;
	return s->has_index ? end_index(s, NULL) : set_end(s, false);
}

/* ------------------------------------------------------------------- index */

/* What is next behind the index: the rest of its last record is all alike. */
static enum set_result
step_fill(struct set *s)
{
	const bool stays = s->window.stays;
	struct header_pointer pointer;
	struct set_found found;
	const uint8_t *block;

	s->window.stays = true;
	const struct window_piece *here = window_here(&s->window);
	const bool ends = here == NULL || here->sight != WINDOW_BYTES ||
	    here->position % s->index_record == 0;
	const bool is_good = ends || (set_check_at(s, 0, &found, &block) &&
	    index_mark_pointer(&found.header, &pointer) &&
	    index_mark_is_same(&pointer, &s->pointer));
	if (is_good && !ends)
		window_pass(&s->window, s->block);
	s->window.stays = stays;
	if (!is_good)
		return end_index(s, "blocks behind it are damaged");
	return ends ? end_index(s, NULL) : SET_GO_ON;
}

static bool
are_zeros(const uint8_t *bytes, uint64_t length)
{
	while (length > 0 && *bytes == 0) {
		bytes++;
		length--;
	}
	return length == 0;
}

/* Behind its bytes, the last block of a record is filled up with zeros. */
static void
take_padding(struct set *s, const struct window_piece *here)
{
	const uint64_t part = here->length < s->index_padding ? here->length :
	    s->index_padding;

	if (!are_zeros(here->bytes, part))
		put_lost_index(s, "what fills its last block is damaged");
	s->index_padding -= (uint32_t)part;
	window_pass(&s->window, part);
}

static void
take_index_bytes(struct set *s, const struct window_piece *here)
{
	const uint64_t part = here->length < s->index_left ? here->length :
	    s->index_left;

	if (s->wants_index) {
		struct set_item *item = set_queue(s, SET_INDEX, 0);
		item->offset = s->index_offset;
		item->length = part;
		item->bytes = here->bytes;
		item->chunk = here->chunk;
		chunk_hold(here->chunk);
	}
	s->index_offset += part;
	s->index_left -= (uint32_t)part;
	window_pass(&s->window, part);
}

/* What stands in a record of the index, behind its header. */
static enum set_result
step_index(struct set *s)
{
	const uint64_t left = (uint64_t)s->index_left + s->index_padding;
	const struct window_piece *here = left == 0 ? NULL :
	    window_here(&s->window);

	if (left > 0 && here == NULL)
		return volumes_verdict(s->volumes) == VERDICT_GO_ON ?
		    end_index(s, "the set ends within it") : SET_FAILED;
	if (left == 0 || here->sight != WINDOW_BYTES) {
		s->step = set_step_appendix;	/* which finds the next one */
	} else if (s->index_left > 0) {
		take_index_bytes(s, here);
	} else {
		take_padding(s, here);
	}
	return SET_GO_ON;
}

/* ----------------------------------------------------------------- headers */

/* One of several that are alike, at the end of the set or of its index. */
static enum set_result
take_end(struct set *s, const struct header *h)
{
	if (h->follows == HEADER_FOLLOWS_ATTRIBUTES) {
		window_pass(&s->window, s->block);
		return SET_GO_ON;
	}
	if (!s->reads_index)
		return set_end(s, true);
	if (h->follows == HEADER_FOLLOWS_INDEX) {
		s->has_index = true;
		window_pass(&s->window, s->block);
		return SET_GO_ON;
	}
	s->has_pointer = index_mark_pointer(h, &s->pointer);
	if (!s->has_pointer && s->index_offset > 0)
		return end_index(s, "its end is damaged");
	s->has_index = s->has_pointer;
	if (!s->has_pointer)		/* it could not be made */
		return set_end(s, true);
	s->index_record = (uint64_t)h->blocking * s->block;
	if (s->index_record == 0)
		return end_index(s, NULL);
	window_pass(&s->window, s->block);
	s->step = step_fill;
	return SET_GO_ON;
}

static enum set_result
take_header(struct set *s, const struct header *h)
{
	const uint64_t data = header_data_blocks(s->dialect, h);

	if (h->type == HEADER_END)
		return take_end(s, h);
	if (s->reads_index && index_mark_record(h, &s->index_left)) {
		s->has_index = true;
		s->index_offset = h->index_offset;
		s->index_padding = h->count * s->block - s->index_left;
		window_pass(&s->window, s->block);
		s->step = step_index;
	} else if (h->type == HEADER_INODE && h->part == HEADER_PART_XATTRS) {
		set_begin_gather(s, h);
	} else {
		window_pass(&s->window, (1 + data) * s->block);
	}
	return SET_GO_ON;
}

/* Attributes that are too large for restore(8), another end, and the index. */
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
