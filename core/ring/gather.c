/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/ring/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Reading this much in vain is cheaper than another call. */
#define GAP_MAX 8192
/* Elements of a call's iov; a gap takes one too. */
#define IOV_MAX_PIECES 256

/* A sequence of pieces read by one call. */
struct run {
	struct iovec iov[IOV_MAX_PIECES];
	int iov_count;
	uint64_t begin;		/* addresses in the source */
	uint64_t end;
};

static void
run_begin(struct run *run, const struct gather_piece *piece)
{
	run->iov[0].iov_base = piece->to;
	run->iov[0].iov_len = piece->length;
	run->iov_count = 1;
	run->begin = piece->address;
	run->end = piece->address + piece->length;
}

/* Add a piece if it follows closely; the gap is read into `waste`. */
static bool
run_extend(struct run *run, const struct gather_piece *piece, uint8_t *waste)
{
	if (piece->address < run->end || piece->address - run->end > GAP_MAX ||
	    run->iov_count > IOV_MAX_PIECES - 2)
		return false;
	const size_t gap = (size_t)(piece->address - run->end);
	struct iovec *last = &run->iov[run->iov_count - 1];
	if (gap == 0 && (uint8_t *)last->iov_base + last->iov_len ==
	    piece->to) {
		last->iov_len += piece->length;
	} else {
		if (gap > 0) {
			last++;
			last->iov_base = waste;
			last->iov_len = gap;
			run->iov_count++;
		}
		last++;
		last->iov_base = piece->to;
		last->iov_len = piece->length;
		run->iov_count++;
	}
	run->end = piece->address + piece->length;
	return true;
}

/* Does it continue the last loss, in the same piece? */
static bool
continues(const struct gather_losses *losses, const struct gather_piece *piece,
    size_t begin, int error)
{
	if (losses->count == 0 || begin == 0)
		return false;
	const struct gather_loss *last = &losses->items[losses->count - 1];
	return last->inode == piece->inode && last->error == error &&
	    last->offset + last->length == piece->offset + begin;
}

static bool
add_loss(struct gather_losses *losses, const struct gather_piece *piece,
    size_t begin, size_t length, const struct de_read_error *error)
{
	const uint64_t address = piece->address + begin;
	const int reason = error->error != 0 ? error->error : EIO;

	if (continues(losses, piece, begin, reason)) {
		losses->items[losses->count - 1].length += length;
		return true;
	}
	if (losses->count == losses->room) {
		const size_t room = losses->room == 0 ? 8 : 2 * losses->room;
		struct gather_loss *items = reallocarray(losses->items, room,
		    sizeof(*items));
		if (items == NULL)
			return false;
		losses->items = items;
		losses->room = room;
	}
	losses->items[losses->count++] = (struct gather_loss){
		.inode = piece->inode,
		.offset = piece->offset + begin,
		.length = length,
		/* The source may report another place, or none. */
		.address = error->address >= address &&
		    error->address - address < length ? error->address :
		    address,
		.error = reason,
	};
	return true;
}

/*
 * Read part of a piece; on failure read its two halves, down to tape blocks.
 * Does not rely on the place that the source reports.  A record has at most
 * 1024 tape blocks, so the recursion is at most 11 deep.
 */
static bool
narrow(const struct gather_source *source, const struct gather_piece *piece,
    size_t begin, size_t length, struct gather_losses *losses)
{
	const struct iovec iov = { piece->to + begin, length };
	struct de_read_error error = { .struct_size = sizeof(error) };

	if (!source->is_wanted(source->wanted_arg))
		return false;
	if (source->read(source->arg, piece->address + begin, &iov, 1,
	    &error) == DE_OK)
		return true;
	if (length <= DE_TAPE_BLOCK) {
		memset(piece->to + begin, 0, length);
		return add_loss(losses, piece, begin, length, &error);
	}
	const size_t blocks = (length + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK;
	const size_t half = blocks / 2 * DE_TAPE_BLOCK;
	return narrow(source, piece, begin, half, losses) &&
	    narrow(source, piece, begin + half, length - half, losses);
}

/* Read one by one: the error may have been in a gap, or transient. */
static bool
read_singly(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    struct gather_losses *losses)
{
	for (unsigned int i = 0; i < count; i++)
		if (!narrow(source, &pieces[i], 0, pieces[i].length, losses))
			return false;
	return true;
}

bool
gather_read(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    struct gather_losses *losses)
{
	uint8_t waste[GAP_MAX];
	struct run run;

	for (unsigned int first = 0, next; first < count; first = next) {
		struct de_read_error error = { .struct_size = sizeof(error) };
		run_begin(&run, &pieces[first]);
		for (next = first + 1; next < count; next++)
			if (!run_extend(&run, &pieces[next], waste))
				break;
		if (source->read(source->arg, run.begin, run.iov,
		    run.iov_count, &error) != DE_OK &&
		    !read_singly(source, &pieces[first], next - first, losses))
			return false;
	}
	return true;
}
