/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

/* Blocks that all but the last header of an inode stand for, with its own. */
#define FULL_HEADER (HEADER_ADDRS + (uint64_t)1)

/* A file may take up some more blocks than its size needs. */
#define SURPLUS_MAX 63

/* If so many inodes in a row have attributes, the next has some, too. */
#define WITH_RECORDS_USUAL 4

static const char lost_header[] = "a header could not be read";
static const char missing_blocks[] = "blocks are missing from the set";

/* ---------------------------------------------------- inode that goes on */

static bool
is_incomplete(const struct set *s)
{
	return s->inode.open && !s->inode.unwanted &&
	    s->inode.offset < s->inode.size && !s->inode.withheld;
}

static bool
continues_inode(const struct set *s, const struct header *h)
{
	return s->inode.open && h->type == HEADER_ADDR &&
	    h->part == HEADER_PART_DATA && h->inode == s->inode.header.inode;
}

/* Blocks of the inode's contents that no header has told of. */
static uint64_t
blocks_left(const struct set *s)
{
	const uint64_t left = s->inode.size - s->inode.offset;

	return left / s->block + (left % s->block != 0);
}

/*
 * Just one header is damaged, and what is behind it is all there: if these are
 * as many blocks as it must have stood for, then none of them was a hole.
 */
static bool
is_all_there(struct set *s, const struct set_found *found,
    uint64_t blocks)
{
	const uint64_t left = blocks_left(s);

	if (!found->fits || s->is_coded || !set_trusts_numbers(s) ||
	    s->window.cursor != s->expected || !is_incomplete(s) ||
	    found->distance != blocks * s->block)
		return false;
	if (continues_inode(s, &found->header))
		return blocks == FULL_HEADER && left > HEADER_ADDRS;
	return left <= HEADER_ADDRS && blocks - 1 >= left &&
	    blocks - 1 <= left + SURPLUS_MAX;
}

/*
 * Full headers without a hole; in most dialects the numbers of blocks count the
 * headers of the volumes, too.
 */
static bool
count_full_headers(const struct set *s, const struct set_found *found,
    uint64_t blocks, uint64_t *headers)
{
	const uint64_t volumes = found->header.volume - s->numbers.volume;

	if (volumes < blocks && (blocks - volumes) % FULL_HEADER == 0)
		blocks -= volumes;
	*headers = blocks <= FULL_HEADER ? 1 : blocks / FULL_HEADER;
	return blocks <= FULL_HEADER || blocks % FULL_HEADER == 0;
}

/*
 * The inode goes on behind `blocks` that were lost.  Where, is known if those
 * are full headers without a hole, or one header.
 */
static void
bridge_inode(struct set *s, const struct set_found *found, uint64_t blocks,
    const char *why)
{
	uint64_t headers;

	if (s->inode.unwanted)
		return;
	if (s->is_coded || !count_full_headers(s, found, blocks, &headers))
		set_end_inode(s, why);
	else
		set_put_lost(s, headers * HEADER_ADDRS * s->block, why);
}

/* ------------------------------------------------------------------ bridge */

static void
put_lost_blocks(struct set *s, uint64_t blocks, const char *why)
{
	struct set_item *item = set_queue(s, SET_LOST, 0);

	item->length = blocks;
	item->why = why;
	s->has_losses = true;
}

static void
put_lost_xattrs(struct set *s, const char *why)
{
	s->inode.damaged = true;
	if (!s->inode.unwanted)
		set_queue(s, SET_LOST_XATTRS, s->inode.header.inode)->why =
		    why;
}

/* Blocks of the set between where a header was expected and where one is. */
static uint64_t
count_blocks(const struct set *s, const struct set_found *found)
{
	const uint64_t position = s->window.cursor + found->distance +
	    (uint64_t)(found->fits ? 0 : found->missing);

	if ((int64_t)(position - s->expected) <= 0)
		return 0;
	return (position - s->expected + s->block - 1) / s->block;
}

static bool
has_more_of_inode(const struct set *s, const struct header *h)
{
	return s->inode.open && h->type == HEADER_INODE &&
	    h->part != HEADER_PART_DATA && h->inode == s->inode.header.inode;
}

/* Of all that should be in the set, nothing comes before the header found. */
static bool
is_next_inode(const struct set *s, const struct header *h)
{
	const struct inomap *dumped = set_dumped(s);

	return s->has_maps && dumped != NULL && h->type == HEADER_INODE &&
	    h->part == HEADER_PART_DATA &&
	    inomap_next(dumped, s->inode.header.inode + 1) == h->inode;
}

/*
 * What is lost is that inode's attributes for sure, or so likely that they must
 * be said to be: those before it all had some.
 */
static bool
has_lost_xattrs(const struct set *s, const struct header *h)
{
	return s->inode.open && s->inode.offset == s->inode.size &&
	    s->dialect->family == DIALECT_LINUX && !s->inode.has_records &&
	    (is_next_inode(s, h) || s->with_records >= WITH_RECORDS_USUAL);
}

/* Say what is lost between the place of the header expected and the one found. */
static void
bridge(struct set *s, const struct set_found *found, uint64_t blocks)
{
	const struct header *h = &found->header;
	const char *why = found->fits && !s->is_broken ? lost_header :
	    missing_blocks;
	const bool known = !s->is_broken || set_trusts_numbers(s);

	if (blocks == 0 && known)
		return;
	if (known && continues_inode(s, h) &&
	    (is_incomplete(s) || s->inode.unwanted)) {
		bridge_inode(s, found, blocks, why);
		return;
	}
	if (has_more_of_inode(s, h)) {
		set_put_lost(s, UINT64_MAX, why);
		put_lost_xattrs(s, why);
		return;
	}
	if (has_lost_xattrs(s, h))
		put_lost_xattrs(s, why);
	if (s->inode.open)
		set_end_inode(s, why);
	put_lost_blocks(s, blocks > 0 ? blocks : 1, why);
}

static enum set_result
go_on_at(struct set *s, const struct set_found *found)
{
	const uint64_t blocks = count_blocks(s, found);

	if (s->gather.active)
		return set_finish_gather(s);
	s->step = set_step_header;
	if (is_all_there(s, found, blocks)) {
		s->astray = false;
		/* What damaged the header may have met its data, too. */
		const uint64_t rest = set_is_garbled(s, 0) ?
		    set_rest_of_record(s, 0) : 0;
		s->inode.bridged++;
		window_pass(&s->window, s->block);
		set_begin_plain_span(s, found->distance - s->block, rest);
		return SET_GO_ON;
	}
	bridge(s, found, blocks);
	window_pass(&s->window, found->distance);
	set_note_number(s, &found->header, s->window.cursor);
	s->ahead.block = NULL;
	return SET_GO_ON;
}

/* -------------------------------------------------------------------- step */

static enum set_result
end_set(struct set *s)
{
	const uint64_t behind = s->window.cursor - s->expected;

	if (s->inode.open)
		set_end_inode(s, "the set ends before it");
	if (s->window.cursor > s->expected)
		put_lost_blocks(s, (behind + s->block - 1) / s->block,
		    "no header was found in them");
	return set_end(s, false);
}

bool
set_pass_stretch(struct set *s)
{
	s->window.stays = true;
	const uint64_t passed = window_pass(&s->window, SET_STRETCH);
	s->window.stays = false;
	s->ahead.block = NULL;
	if (passed == SET_STRETCH)
		return true;
	if (window_pass_break(&s->window)) {
		s->is_broken = true;
		return true;
	}
	return passed > 0 || window_here(&s->window) != NULL;
}

enum set_result
set_step_resync(struct set *s)
{
	struct set_found found;

	if (!s->astray)
		s->expected = s->window.cursor;
	s->astray = true;
	if (set_search(s, 0, SET_STRETCH, &found))
		return go_on_at(s, &found);
	if (set_pass_stretch(s))
		return SET_GO_ON;
	if (s->gather.active)
		return set_finish_gather(s);
	return volumes_verdict(s->volumes) == VERDICT_GO_ON ? end_set(s) :
	    SET_FAILED;
}
