/* SPDX-License-Identifier: BSD-3-Clause */
#include "input.h"

#include <stdlib.h>
#include <string.h>

#define PART_BYTES ((size_t)256 << 10)

void
input_begin(struct input *in, const struct de_filter_input *from)
{
	*in = (struct input){ .from = from, .is_at_known = true };
}

void
input_free(struct input *in)
{
	free(in->buffer);
	in->buffer = NULL;
}

static bool
make_room(struct input *in, size_t length)
{
	if (in->begin > 0)
		memmove(in->buffer, in->buffer + in->begin,
		    in->end - in->begin);
	in->end -= in->begin;
	in->begin = 0;
	if (in->room >= length + PART_BYTES)
		return true;
	uint8_t *buffer = realloc(in->buffer, length + PART_BYTES);
	if (buffer == NULL)
		return false;
	in->buffer = buffer;
	in->room = length + PART_BYTES;
	return true;
}

bool
input_want(struct input *in, size_t length)
{
	if (input_length(in) >= length)
		return true;
	if (!make_room(in, length))
		return false;
	while (in->end < length && in->status == DE_OK) {
		size_t n = 0;
		in->status = in->from->read(in->from->arg,
		    in->buffer + in->end, in->room - in->end, &n);
		if (in->status == DE_OK)
			in->end += n;
		else
			in->lost = n;
	}
	return true;
}

void
input_skip(struct input *in, size_t length)
{
	in->begin += length;
	in->at += length;
}

void
input_skip_loss(struct input *in)
{
	input_skip(in, input_length(in));
	if (in->status != DE_LOST)
		return;
	in->status = DE_OK;
	in->at += in->lost;
	in->is_at_known = in->is_at_known && in->lost > 0;
}

void
input_skip_far(struct input *in, uint64_t length)
{
	while (length > input_length(in) && in->status == DE_OK) {
		length -= input_length(in);
		input_skip(in, input_length(in));
		if (!input_want(in, 1))
			in->status = DE_FAILED;
	}
	if (length <= input_length(in))
		input_skip(in, (size_t)length);
	else
		input_skip(in, input_length(in));
}

bool
input_go_to(struct input *in, uint64_t offset)
{
	if (in->from->go_to == NULL ||
	    in->from->go_to(in->from->arg, offset) != DE_OK)
		return false;
	in->begin = in->end = 0;
	in->at = offset;
	in->is_at_known = true;
	in->status = DE_OK;
	return true;
}
