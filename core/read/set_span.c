/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "core/read/set_own.h"

#define AIM_BYTES ((uint64_t)1 << 20)	/* of the largest record */
/* A drive passes over less than this no faster than it reads it. */
#define FAR_BYTES ((uint64_t)64 << 20)
#define FAR_HEADERS 3			/* from the end of a file */

/* -------------------------------------------------------------------- runs */

/* The next run of the header, in bytes; 0: none. */
static uint64_t
take_run(struct set *s, bool *is_data)
{
	uint32_t blocks;

	if (s->span.is_plain ||
	    !header_runs_next(&s->span.runs, &blocks, is_data))
		return 0;
	s->is_coded |= s->span.runs.has_lengths;
	return (uint64_t)blocks * s->block;
}

/* A run may come in pieces: join them. */
static bool
next_run(struct set *s)
{
	struct set_span *span = &s->span;
	bool is_data;

	if (span->run > 0)
		return true;
	span->run = span->next_run;
	span->next_run = 0;
	if (span->run > 0)
		span->is_data = !span->is_data;
	else
		span->run = take_run(s, &span->is_data);
	if (span->run == 0)
		return false;
	while ((span->next_run = take_run(s, &is_data)) > 0 &&
	    is_data == span->is_data) {
		span->run += span->next_run;
		span->next_run = 0;
	}
	return true;
}

/* ------------------------------------------------------------------- steps */

/*
 * Blocks are missing somewhere in the rest of the data: all of it is in doubt.
 * The holes are where the header says.
 */
static enum set_result
step_lose(struct set *s)
{
	struct set_span *span = &s->span;

	if (s->inode.unwanted || !next_run(s)) {
		set_go_astray(s, span->end, span->resume);
		return SET_GO_ON;
	}
	if (span->is_data)
		set_put_lost(s, span->run,
		    "blocks of the set are missing or damaged");
	else
		set_put_hole(s, span->run);
	span->run = 0;
	return SET_GO_ON;
}

/*
 * A run of data, as far as it is at the cursor.  Behind a break the inode may
 * go on, with another header.
 */
static enum set_result
pass_data(struct set *s)
{
	struct set_span *span = &s->span;
	const struct window_piece *here = window_here(&s->window);

	if (here == NULL) {
		s->step = set_step_header;	/* which notices it, too */
		set_end_inode(s, "the set ends before it");
		return SET_GO_ON;
	}
	if (here->sight == WINDOW_BREAK) {
		span->end = s->window.cursor + span->data;
		span->resume = s->window.cursor;
		s->step = step_lose;
		return SET_GO_ON;
	}
	uint64_t part = here->length < span->run ? here->length : span->run;
	const uint64_t limit = span->good > 0 ? span->good : span->suspect;
	if (limit > 0 && part > limit)
		part = limit;
	const uint64_t before = s->inode.offset;
	if (here->sight == WINDOW_GAP)
		set_put_lost(s, part, "blocks could not be read");
	else if (!set_put_data(s, here->bytes, part, here->chunk))
		return set_out_of_memory(s);
	const bool is_suspect = span->good == 0 && span->suspect > 0;
	if (is_suspect && here->sight != WINDOW_GAP)
		set_put_doubt(s, s->inode.offset - before,
		    "part of the record that they are in is damaged");
	span->run -= part;
	span->data -= part;
	if (is_suspect)
		span->suspect -= part;
	else if (span->good > 0)
		span->good -= part;
	window_pass(&s->window, part);
	return SET_GO_ON;
}

/* What is too far away is checked once it is near. */
static void
check(struct set *s)
{
	struct set_span *span = &s->span;
	struct set_found next;

	span->unchecked = false;
	switch (set_verify(s, span->data, &next, &span->good)) {
	case SET_DATA_IS_GOOD:
		break;
	case SET_DATA_IS_FAR:
		span->unchecked = true;
		break;
	case SET_DATA_IS_SUSPECT:
		span->suspect = span->data - span->good;
		break;
	case SET_DATA_IS_DOUBTFUL:
		span->doubtful = true;
		span->resume = s->window.cursor + next.distance;
		span->end = s->window.cursor + span->data;
		break;
	}
}

static enum set_result
step_span(struct set *s)
{
	struct set_span *span = &s->span;

	if (span->doubtful && (span->good == 0 || s->inode.unwanted)) {
		s->step = step_lose;
		return SET_GO_ON;
	}

	if (s->inode.unwanted) {
		set_pass_junk(s, span->data);
		return SET_GO_ON;
	}
	if (span->unchecked && span->data <= WINDOW_AHEAD) {
		check(s);
		return SET_GO_ON;
	}
	if (!next_run(s)) {
		s->step = set_step_header;
		return SET_GO_ON;
	}
	if (span->is_data)
		return pass_data(s);
	set_put_hole(s, span->run);
	span->run = 0;
	return SET_GO_ON;
}

/*
 * The first header of this type within a record from here; go there.  False if
 * there is none, or it is not of an inode from `first` to `last`.  The end of the
 * stream is behind all inodes.
 */
static bool
find_header(struct set *s, enum header_type type, uint32_t first,
    uint32_t last)
{
	struct set_found found;
	const uint8_t *block;
	bool is_right = false;

	s->window.stays = true;
	for (uint64_t at = 0; at < AIM_BYTES; at += s->block) {
		s->ahead.block = NULL;
		if (!set_check_at(s, at, &found, &block) || !found.fits)
			continue;
		const bool is_end = found.header.type == HEADER_END &&
		    last == UINT32_MAX;
		if (found.header.type != type && !is_end)
			continue;
		is_right = (is_end || (found.header.inode >= first &&
		    found.header.inode <= last)) &&
		    window_pass(&s->window, at) == at;
		break;
	}
	s->window.stays = false;
	s->ahead.block = NULL;
	return is_right;
}

/* To the place of an aim, which may be on a later volume. */
static bool
leap_to(struct set *s, const struct window_mark *mark,
    const struct set_aim *aim)
{
	if (aim->volume == mark->volume)
		return aim->position >= mark->position + s->span.data &&
		    (aim->position - mark->position) % s->block == 0 &&
		    window_leap(&s->window, aim->position - mark->position,
		    WINDOW_FAR_WORTH);
	/* Nothing tells the numbers of the blocks between. */
	s->numbers.known = false;
	return aim->volume > mark->volume && aim->position % s->block == 0 &&
	    window_change(&s->window, aim->volume, aim->position);
}

/* As set_aim() says, once; come back unless there is a good header. */
static bool
jump_to_aim(struct set *s)
{
	const struct set_aim aim = s->aim;
	const struct set_numbers numbers = s->numbers;
	struct window_mark mark;

	s->aim.volume = 0;
	if (!window_mark(&s->window, &mark))
		return false;
	if (leap_to(s, &mark, &aim) && find_header(s, HEADER_INODE,
	    s->inode.header.inode + 1, aim.inode)) {
		s->step = set_step_header;
		return true;
	}
	s->numbers = numbers;
	if (s->window.cursor != mark.cursor || s->window.count == 0)
		window_return(&s->window, &mark);
	return false;
}

/* Go to the header behind it, and come back unless that is good. */
static bool
jump_over(struct set *s)
{
	struct window_mark mark;
	struct set_found found;
	const uint8_t *block;

	if (!window_mark(&s->window, &mark) ||
	    !window_leap(&s->window, s->span.data, FAR_BYTES))
		return false;
	s->ahead.block = NULL;
	s->window.stays = true;
	const bool is_good = set_check_at(s, 0, &found, &block) && found.fits;
	s->window.stays = false;
	if (is_good) {
		s->step = set_step_header;
		return true;
	}
	s->ahead.block = NULL;
	return !window_return(&s->window, &mark);
}

/*
 * Bytes from the first header of a large file to one near its end, or somewhat
 * before it, if it has no holes.  0: it is not large, or has holes already.
 */
static uint64_t
far_header(const struct set *s)
{
	const uint64_t data = s->span.data;
	const uint64_t size = s->inode.size;
	const uint64_t longest = (uint64_t)HEADER_ADDRS * s->block;

	if (!s->span.is_first || size > INT64_MAX || size < FAR_BYTES + data ||
	    data != (uint64_t)s->inode.header.count * s->block)
		return 0;
	const uint64_t headers = (size - data) / longest;
	return headers < FAR_HEADERS ? 0 :
	    data + (headers - FAR_HEADERS) * (longest + s->block);
}

/*
 * If that is one of the same file, nothing else is between; once for a file, and
 * come back if not.
 */
static bool
jump_far(struct set *s)
{
	const uint64_t distance = far_header(s);
	const uint32_t inode = s->inode.header.inode;
	struct window_mark mark;

	if (distance == 0 || !window_mark(&s->window, &mark) ||
	    !window_leap(&s->window, distance, FAR_BYTES))
		return false;
	if (find_header(s, HEADER_ADDR, inode, inode)) {
		s->step = set_step_header;
		return true;
	}
	return !window_return(&s->window, &mark);
}

static enum set_result
step_open(struct set *s)
{
	if (s->inode.unwanted && ((s->aim.volume != 0 && jump_to_aim(s)) ||
	    jump_far(s) || jump_over(s)))
		return SET_GO_ON;
	s->step = step_span;
	check(s);
	return SET_GO_ON;
}

void
set_begin_span(struct set *s, const struct header *h, const uint8_t *block)
{
	struct set_span *span = &s->span;
	struct header copy = *h;

	if (block != s->inode.block) {
		memcpy(span->block, block, s->block);
		copy.addrs = span->block + (h->addrs - block);
	}
	*span = (struct set_span){ .block = span->block,
		.is_first = block == s->inode.block };
	header_runs_begin(&span->runs, s->dialect, &copy);
	span->data = header_data_blocks(s->dialect, &copy) * s->block;
	s->step = step_open;
}

void
set_begin_plain_span(struct set *s, uint64_t bytes, uint64_t suspect)
{
	s->span = (struct set_span){
		.block = s->span.block,
		.is_plain = true,
		.run = bytes,
		.is_data = true,
		.data = bytes,
		.suspect = suspect,
	};
	s->step = step_span;
}
