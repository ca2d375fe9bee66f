/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

#include "../common/bytes.h"

#define BLOCK_HEADER 3
#define BLOCK_MAX (128u << 10)
#define BLOCK_RLE 1
#define BLOCK_RESERVED 3
#define CHECK_BYTES 4

static struct frame
skippable(const uint8_t *bytes)
{
	return (struct frame){
		.kind = FRAME_SKIPPED,
		.header = FRAME_SKIPPABLE_HEADER + (uint64_t)get32(bytes + 4),
	};
}

/* Of `width` bytes, little-endian; that of two bytes begins at 256. */
static uint64_t
content_size(const uint8_t *bytes, unsigned int width)
{
	uint64_t size = 0;

	for (unsigned int i = 0; i < width; i++)
		size |= (uint64_t)bytes[i] << 8 * i;
	return width == 2 ? size + 256 : size;
}

struct frame
frame_begins(const uint8_t *bytes, size_t length)
{
	static const uint8_t size_widths[] = { 0, 2, 4, 8 };
	static const uint8_t dictionary_widths[] = { 0, 1, 2, 4 };
	const struct frame none = { .kind = FRAME_NONE };

	if (length < 8)
		return none;
	if ((get32(bytes) & ~0xFu) == FRAME_SKIPPABLE)
		return skippable(bytes);
	if (get32(bytes) != FRAME_MAGIC)
		return none;
	const uint8_t how = bytes[4];
	const bool is_single = (how & 0x20) != 0;
	unsigned int width = size_widths[how >> 6];
	if (is_single && width == 0)
		width = 1;
	const size_t at = 5 + (is_single ? 0u : 1u) +
	    dictionary_widths[how & 3];
	if ((how & 0x08) != 0 || length < at + width)
		return none;
	return (struct frame){
		.kind = FRAME_DATA,
		.header = at + width,
		.has_size = width > 0,
		.size = content_size(bytes + at, width),
		.has_check = (how & 0x04) != 0,
	};
}

enum frame_walk
frame_walk(const struct frame *frame, const uint8_t *bytes, size_t length,
    uint64_t *at)
{
	while (*at + BLOCK_HEADER <= length) {
		const uint8_t *p = bytes + *at;
		const uint32_t block = p[0] | (uint32_t)p[1] << 8 |
		    (uint32_t)p[2] << 16;
		const uint32_t type = block >> 1 & 3, size = block >> 3;
		if (type == BLOCK_RESERVED || size > BLOCK_MAX)
			return FRAME_WRONG;
		*at += BLOCK_HEADER + (type == BLOCK_RLE ? 1 : size);
		if ((block & 1) == 0)
			continue;
		*at += frame->has_check ? CHECK_BYTES : 0;
		return FRAME_WHOLE;
	}
	return FRAME_MORE;
}
