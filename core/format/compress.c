/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/compress.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/format/compress_layout.h"
#include "plugins/common/bytes.h"

/* A record that would not become that much shorter is stored as it is. */
#define GAIN_MIN 16

struct compressor {
	z_stream z;
};

size_t
compress_room(size_t record)
{
	return DECOMPRESS_PREFIX_BYTES + record;
}

void
compress_prefix_encode(const struct decompress_prefix *prefix,
    uint8_t word[static DECOMPRESS_PREFIX_BYTES])
{
	put32(word, (prefix->is_compressed ? PREFIX_IS_COMPRESSED : 0) |
	    (uint32_t)prefix->algorithm << PREFIX_ALGORITHM_SHIFT |
	    prefix->length << PREFIX_LENGTH_SHIFT);
}

struct compressor *
compressor_new(int level)
{
	struct compressor *c = calloc(1, sizeof(*c));

	if (c != NULL && deflateInit(&c->z, level) == Z_OK)
		return c;
	free(c);
	return NULL;
}

void
compressor_free(struct compressor *c)
{
	if (c == NULL)
		return;
	deflateEnd(&c->z);
	free(c);
}

/* 0: it does not get shorter. */
static size_t
deflate_record(struct compressor *c, const uint8_t *record, size_t size,
    uint8_t *out)
{
	if (size <= GAIN_MIN || deflateReset(&c->z) != Z_OK)
		return 0;
	c->z.next_in = record;
	c->z.avail_in = (uInt)size;
	c->z.next_out = out;
	c->z.avail_out = (uInt)(size - GAIN_MIN);
	return deflate(&c->z, Z_FINISH) == Z_STREAM_END ?
	    size - GAIN_MIN - c->z.avail_out : 0;
}

size_t
compressor_record(struct compressor *c, const uint8_t *record, size_t size,
    uint8_t *out)
{
	uint8_t *data = out + DECOMPRESS_PREFIX_BYTES;
	struct decompress_prefix prefix = { .algorithm = ALGORITHM_ZLIB };

	prefix.length = (uint32_t)deflate_record(c, record, size, data);
	prefix.is_compressed = prefix.length > 0;
	if (!prefix.is_compressed) {
		memcpy(data, record, size);
		prefix.length = (uint32_t)size;
	}
	compress_prefix_encode(&prefix, out);
	return DECOMPRESS_PREFIX_BYTES + (size_t)prefix.length;
}
