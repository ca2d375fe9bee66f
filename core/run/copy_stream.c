/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_stream.h"

#include <inttypes.h>
#include <string.h>

#include "core/format/header_decode.h"

/* Room for all attribute records of most inodes, as when they are dumped. */
#define USUAL_BLOCKS 8

void
copy_stream_tell_damage(struct report *rep, const char *name,
    uint32_t volume, uint64_t from, uint64_t to, const char *what)
{
	report(rep, DE_ERROR, "%s: volume %" PRIu32 ", bytes %" PRIu64 " to %"
	    PRIu64 ": %s", name, volume, from, to - 1, what);
}

/* The set is damaged, as was said. */
static enum de_status
fail(struct copy_stream *s)
{
	s->is_damaged = true;
	s->verdict = VERDICT_ABORT;
	return DE_FAILED;
}

/* Of the block that came last. */
static enum de_status
refuse(struct copy_stream *s, const char *what)
{
	const uint64_t end = blocks_position(s->blocks);

	copy_stream_tell_damage(s->rep, s->name, blocks_volume(s->blocks),
	    end - DE_TAPE_BLOCK, end, what);
	return fail(s);
}

/* The next block; or why there is none. */
static enum de_status
next(struct copy_stream *s, const uint8_t **block)
{
	const uint32_t volume = blocks_volume(s->blocks);
	uint64_t at = blocks_position(s->blocks);

	switch (blocks_next(s->blocks, block)) {
	case BLOCKS_ONE:
		return DE_OK;
	case BLOCKS_END:
		report(s->rep, DE_ERROR, "%s: the end of the set is missing, "
		    "behind volume %" PRIu32, s->name,
		    blocks_volume(s->blocks));
		return fail(s);
	case BLOCKS_LOST:
		if (blocks_volume(s->blocks) != volume)
			at = blocks_position(s->blocks);
		report(s->rep, DE_ERROR, "%s: volume %" PRIu32 ", from byte %"
		    PRIu64 ": %s", s->name, blocks_volume(s->blocks), at,
		    blocks_why(s->blocks));
		return fail(s);
	case BLOCKS_FAILED:
		break;
	}
	s->verdict = blocks_verdict(s->blocks);
	return DE_FAILED;
}

/* -------------------------------------------------------------------- ends */

/*
 * The end of the stream has come: pass over what fills the record with it.
 * Behind that, nothing may be on the medium.
 */
static enum de_status
pass_fill(struct copy_stream *s)
{
	const uint64_t record = (uint64_t)blocks_header(s->blocks)->blocking *
	    DE_TAPE_BLOCK;
	const uint8_t *block;
	struct header h;

	while (record > 0 && blocks_position(s->blocks) % record != 0) {
		const enum de_status status = next(s, &block);
		if (status != DE_OK)
			return status;
		if (!header_decode(blocks_dialect(s->blocks), block, &h) ||
		    h.type != HEADER_END)
			return refuse(s, "the end of the set is damaged");
	}
	return DE_OK;
}

/* DE_NO_MORE: that was the last one. */
static enum de_status
take_end(struct copy_stream *s, const struct header *h)
{
	enum de_status status = pass_fill(s);

	if (status != DE_OK)
		return status;
	if (h->follows != HEADER_FOLLOWS_ATTRIBUTES) {
		s->has_index = h->follows == HEADER_FOLLOWS_INDEX;
		return DE_NO_MORE;
	}
	if (s->is_behind_end)
		return refuse(s, "the end of the set comes twice");
	s->is_behind_end = true;
	return tape_put_end(s->tape);
}

/* ----------------------------------------------------------------- headers */

/* What this header is, if it may be here; else why not. */
static const char *
why_not(const struct copy_stream *s, const uint8_t *block,
    const struct header *h, uint64_t data)
{
	const struct header *first = blocks_header(s->blocks);

	if (h->date != first->date || h->base_date != first->base_date)
		return "a header of another dump";
	switch (h->type) {
	case HEADER_INODE:
	case HEADER_ADDR:
		if (h->part == HEADER_PART_INDEX)
			return "an index before the end of the set";
		if (data != header_get_data_blocks(block))
			return "packed addresses, as dump 0.4b49 and later "
			    "write them; only restoring reads these";
		break;
	case HEADER_CLRI:
	case HEADER_BITS:
	case HEADER_END:
		break;
	default:
		return "a header of a volume within one";
	}
	/* Whoever wrote our extension counts every block. */
	if (s->is_counted && (uint32_t)h->tapea !=
	    (uint32_t)(blocks_number(s->blocks) - 1))
		return "blocks before it are missing, or come twice";
	return NULL;
}

/* Say where a volume may better not end, as whoever dumped it did. */
static void
guide_cut(struct copy_stream *s, const uint8_t *block, const struct header *h,
    uint64_t data)
{
	const bool is_attributes = header_is_attributes(block);

	if (s->is_behind_end)
		return;
	if (h->type == HEADER_INODE && !is_attributes)
		tape_begin_inode(s->tape);
	if (is_attributes && (!s->in_attributes || h->inode != s->inode))
		tape_keep_together(s->tape, USUAL_BLOCKS);
	/* The next header, too, after which restore(8) sets them. */
	if (is_attributes)
		tape_keep_together(s->tape, 1 + (uint32_t)data + 1);
	s->in_attributes = is_attributes;
	s->inode = h->inode;
}

static enum de_status
take_header(struct copy_stream *s, const uint8_t *block)
{
	uint8_t copy[DE_TAPE_BLOCK];
	struct header h;

	if (!header_decode(blocks_dialect(s->blocks), block, &h))
		return refuse(s, "a header is damaged");
	const uint64_t data = header_data_blocks(blocks_dialect(s->blocks),
	    &h);
	s->is_counted |= h.type == HEADER_INODE && h.is_exact;
	const char *why = why_not(s, block, &h, data);
	if (why != NULL)
		return refuse(s, why);
	if (h.type == HEADER_END)
		return take_end(s, &h);
	guide_cut(s, block, &h, data);
	s->data_left = data;
	memcpy(copy, block, sizeof(copy));
	header_set_blocking(copy, s->blocking);
	header_set_compressed(copy, s->is_compressed);
	return tape_put_header(s->tape, copy);
}

static enum de_status
put_next(struct copy_stream *s)
{
	const uint8_t *block;
	const enum de_status status = next(s, &block);

	if (status != DE_OK)
		return status;
	if (s->data_left == 0)
		return take_header(s, block);
	s->data_left--;
	return tape_put_data(s->tape, block);
}

enum de_status
copy_stream_put(struct copy_stream *s)
{
	enum de_status status = DE_OK;

	while (status == DE_OK)
		status = put_next(s);
	return status == DE_NO_MORE ? DE_OK : DE_FAILED;
}
