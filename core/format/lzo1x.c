/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/lzo1x.h"

#include <string.h>

#include "plugins/common/bytes.h"

/* What the first byte means if it is larger: so many literals, and this. */
#define FIRST_LITERALS 17
#define MANY_LITERALS 4		/* in `before`: so many or more */

struct decoder {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t used;
	size_t room;
	unsigned int before;	/* literals copied last, at most
				   MANY_LITERALS: a small instruction depends on
				   it */
	bool is_ended;
};

static bool
get_byte(struct decoder *d, unsigned int *byte)
{
	if (d->in_left == 0)
		return false;
	*byte = *d->in++;
	d->in_left--;
	return true;
}

static bool
get_word(struct decoder *d, unsigned int *word)
{
	if (d->in_left < 2)
		return false;
	*word = get16(d->in);
	d->in += 2;
	d->in_left -= 2;
	return true;
}

/*
 * A length that has `bits` bits in its instruction.  If they are 0 it goes on:
 * each zero byte counts 255, the byte after them counts itself.
 */
static bool
get_length(struct decoder *d, unsigned int instruction, unsigned int bits,
    size_t *length)
{
	const unsigned int mask = (1u << bits) - 1;
	unsigned int byte;

	*length = instruction & mask;
	if (*length > 0)
		return true;
	*length = mask;
	do {
		if (!get_byte(d, &byte))
			return false;
		*length += byte == 0 ? 255 : byte;
		if (*length > d->room)
			return false;
	} while (byte == 0);
	return true;
}

static bool
copy_literals(struct decoder *d, size_t length)
{
	if (length > d->in_left || length > d->room - d->used)
		return false;
	memcpy(d->out + d->used, d->in, length);
	d->in += length;
	d->in_left -= length;
	d->used += length;
	d->before = length < MANY_LITERALS ? (unsigned int)length :
	    MANY_LITERALS;
	return true;
}

/*
 * Copy what was `distance` bytes ago, which may overlap what it becomes, and
 * the literals after it.
 */
static bool
copy_block(struct decoder *d, size_t length, size_t distance,
    unsigned int literals)
{
	if (distance > d->used || length > d->room - d->used)
		return false;
	uint8_t *to = d->out + d->used;
	const uint8_t *from = to - distance;
	if (distance >= length)
		memcpy(to, from, length);
	else
		for (size_t i = 0; i < length; i++)
			to[i] = from[i];
	d->used += length;
	return copy_literals(d, literals & 3);
}

/* 0000LLLL after a block without literals: many literals. */
static bool
long_literals(struct decoder *d, unsigned int instruction)
{
	size_t length;

	return get_length(d, instruction, 4, &length) &&
	    copy_literals(d, length + 3);
}

/* 0000DDSS after literals: a short block, near after few, else further. */
static bool
after_literals(struct decoder *d, unsigned int instruction)
{
	unsigned int high;

	if (!get_byte(d, &high))
		return false;
	const size_t distance = (high << 2) + (instruction >> 2 & 3);
	return d->before < MANY_LITERALS ?
	    copy_block(d, 2, distance + 1, instruction) :
	    copy_block(d, 3, distance + 2049, instruction);
}

/* 0001HLLL: a block from 16 to 48 KiB ago; from exactly 16, the end. */
static bool
far_block(struct decoder *d, unsigned int instruction)
{
	unsigned int word;
	size_t length;

	if (!get_length(d, instruction, 3, &length) || !get_word(d, &word))
		return false;
	const size_t distance = ((size_t)(instruction & 8) << 11) +
	    (word >> 2);
	if (distance == 0) {
		d->is_ended = true;
		return true;
	}
	return copy_block(d, length + 2, distance + 16384, word);
}

/* 001LLLLL: a block from within 16 KiB. */
static bool
middle_block(struct decoder *d, unsigned int instruction)
{
	unsigned int word;
	size_t length;

	return get_length(d, instruction, 5, &length) && get_word(d, &word) &&
	    copy_block(d, length + 2, (word >> 2) + 1, word);
}

/* 01LDDDSS and 1LLDDDSS: 3 to 8 bytes from within 2 KiB. */
static bool
near_block(struct decoder *d, unsigned int instruction)
{
	unsigned int high;

	return get_byte(d, &high) &&
	    copy_block(d, (instruction >> 5) + 1,
	    (high << 3) + (instruction >> 2 & 7) + 1, instruction);
}

static bool
take_instruction(struct decoder *d)
{
	unsigned int instruction;

	if (!get_byte(d, &instruction))
		return false;
	if (instruction >= 64)
		return near_block(d, instruction);
	if (instruction >= 32)
		return middle_block(d, instruction);
	if (instruction >= 16)
		return far_block(d, instruction);
	return d->before == 0 ? long_literals(d, instruction) :
	    after_literals(d, instruction);
}

static bool
take_first_literals(struct decoder *d)
{
	unsigned int first;

	if (d->in_left == 0 || *d->in <= FIRST_LITERALS)
		return true;
	return get_byte(d, &first) && copy_literals(d, first - FIRST_LITERALS);
}

bool
lzo1x_decompress(const uint8_t *in, size_t size, uint8_t *out, size_t room,
    size_t *length)
{
	struct decoder d = {
		.in = in, .in_left = size, .out = out, .room = room
	};
	bool is_good = take_first_literals(&d);

	while (is_good && !d.is_ended)
		is_good = take_instruction(&d);
	*length = d.used;
	return is_good && d.in_left == 0;
}
