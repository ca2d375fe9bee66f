/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/decompress.h"

#include <bzlib.h>
#include <limits.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/format/compress_layout.h"
#include "core/format/lzo1x.h"

#define BLOCK 1024

size_t
decompress_room(uint32_t blocking)
{
	return ((size_t)blocking + 1) * BLOCK;
}

/*
 * Big-endian machines had the bits the other way round before 0.4b49 or so; as
 * the length of a plain record is known, nothing can be mistaken.
 */
static bool
is_old_layout(const struct dialect *d, uint32_t blocking, uint32_t word)
{
	return d->big_endian && ((word & OLD_PREFIX_IS_COMPRESSED) != 0 ||
	    (word & OLD_PREFIX_LENGTH_MASK) == blocking * BLOCK);
}

static bool
is_possible(uint32_t blocking, const struct decompress_prefix *p)
{
	return p->length > 0 && p->length <= decompress_room(blocking) &&
	    (p->is_compressed || p->length % BLOCK == 0);
}

bool
decompress_prefix_decode(const struct dialect *d, uint32_t blocking,
    const uint8_t bytes[static DECOMPRESS_PREFIX_BYTES],
    struct decompress_prefix *p)
{
	const uint32_t word = dialect_get32(d, bytes);

	if (is_old_layout(d, blocking, word)) {
		p->is_compressed = (word & OLD_PREFIX_IS_COMPRESSED) != 0;
		p->algorithm = (enum algorithm)(word >>
		    OLD_PREFIX_ALGORITHM_SHIFT & PREFIX_ALGORITHM_MASK);
		p->length = word & OLD_PREFIX_LENGTH_MASK;
	} else {
		p->is_compressed = (word & PREFIX_IS_COMPRESSED) != 0;
		p->algorithm = (enum algorithm)(word >> PREFIX_ALGORITHM_SHIFT &
		    PREFIX_ALGORITHM_MASK);
		p->length = word >> PREFIX_LENGTH_SHIFT;
	}
	return is_possible(blocking, p);
}

static bool
decompress_zlib(const uint8_t *in, size_t size, uint8_t *out, size_t room,
    size_t *length)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	if (inflateInit(&z) != Z_OK)
		return false;
	z.next_in = in;
	z.avail_in = (uInt)size;
	z.next_out = out;
	z.avail_out = (uInt)room;
	const int result = inflate(&z, Z_FINISH);
	*length = room - z.avail_out;
	inflateEnd(&z);
	return result == Z_STREAM_END;
}

static bool
decompress_bzip2(const uint8_t *in, size_t size, uint8_t *out, size_t room,
    size_t *length)
{
	bz_stream z;

	memset(&z, 0, sizeof(z));
	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return false;
	z.next_in = (char *)(uintptr_t)in;	/* it only reads it */
	z.avail_in = (unsigned int)size;
	z.next_out = (char *)out;
	z.avail_out = (unsigned int)room;
	const int result = BZ2_bzDecompress(&z);
	*length = room - z.avail_out;
	BZ2_bzDecompressEnd(&z);
	return result == BZ_STREAM_END;
}

bool
decompress(enum algorithm algorithm, const uint8_t *in, size_t size,
    uint8_t *out, size_t room, size_t *length)
{
	*length = 0;
	if (size > UINT_MAX || room > UINT_MAX)
		return false;
	switch (algorithm) {
	case ALGORITHM_ZLIB:
		return decompress_zlib(in, size, out, room, length);
	case ALGORITHM_BZIP2:
		return decompress_bzip2(in, size, out, room, length);
	case ALGORITHM_LZO1X:
		return lzo1x_decompress(in, size, out, room, length);
	default:
		return false;
	}
}
