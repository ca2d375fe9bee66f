/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/gather.h"

/* Reading this much for nothing is cheaper than another call. */
#define GAP_MAX 8192
/* Pieces of iov of one call; a gap takes one as well. */
#define IOV_MAX_PIECES 256

/* The pieces that one call reads. */
struct run {
	struct iovec iov[IOV_MAX_PIECES];
	int iov_count;
	uint64_t begin;		/* addresses of the source */
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

/* Take one more piece in, if it lies right behind.  `waste` takes the gap. */
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

/*
 * One by one: which of them cannot be read?  A failure may also have been in
 * a gap, or gone by now.
 */
static enum de_status
read_singly(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    const struct gather_piece **culprit, struct de_read_error *error)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct iovec iov = { pieces[i].to, pieces[i].length };
		if (source->read(source->arg, pieces[i].address, &iov, 1,
		    error) != DE_OK) {
			*culprit = &pieces[i];
			return DE_FAILED;
		}
	}
	return DE_OK;
}

enum de_status
gather_read(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    const struct gather_piece **culprit, struct de_read_error *error)
{
	uint8_t waste[GAP_MAX];
	struct run run;

	for (unsigned int first = 0, next; first < count; first = next) {
		run_begin(&run, &pieces[first]);
		for (next = first + 1; next < count; next++)
			if (!run_extend(&run, &pieces[next], waste))
				break;
		*error = (struct de_read_error){
			.struct_size = sizeof(*error) };
		if (source->read(source->arg, run.begin, run.iov,
		    run.iov_count, error) != DE_OK &&
		    read_singly(source, &pieces[first], next - first, culprit,
		    error) != DE_OK)
			return DE_FAILED;
	}
	return DE_OK;
}
