/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * input.h - the encoded bytes of a volume, as many at a time as are needed
 *
 * Memory: the bytes asked for, and up to 256 KiB.
 */
#ifndef FILTER_ZSTD_INPUT_H
#define FILTER_ZSTD_INPUT_H

#include "dumpengine/plugin.h"

struct input {
	const struct de_filter_input *from;	/* borrowed */
	uint8_t *buffer;		/* owned */
	size_t room;
	size_t begin, end;		/* of the bytes in it */
	uint64_t at;			/* of `begin`, in the volume */
	bool is_at_known;		/* it is, unless a loss was of an unknown
					   length */
	enum de_status status;		/* of what follows the bytes in it: DE_OK:
					   more can be read */
	uint64_t lost;			/* with DE_LOST: bytes, or 0 */
};

void input_begin(struct input *in, const struct de_filter_input *from);
void input_free(struct input *in);

static inline const uint8_t *
input_bytes(const struct input *in)
{
	return in->buffer + in->begin;
}

static inline size_t
input_length(const struct input *in)
{
	return in->end - in->begin;
}

/*
 * Have `length` bytes, if there are so many until something else comes, which
 * `status` then tells.  False if out of memory.
 */
bool input_want(struct input *in, size_t length);

/* Go on behind bytes that are there, or behind the loss that follows them. */
void input_skip(struct input *in, size_t length);
void input_skip_loss(struct input *in);

/* Go behind `length` bytes that need not be there: by reading them. */
void input_skip_far(struct input *in, uint64_t length);

/* Go to a byte.  False if the medium cannot. */
bool input_go_to(struct input *in, uint64_t offset);

#endif
