/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/index_encode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "core/base/digest.h"
#include "core/format/extension.h"
#include "core/format/header.h"
#include "core/format/header_layout.h"
#include "plugins/common/bytes.h"

#define LEVEL 1			/* of zstd: the fastest */
#define VARINT_BYTES_MAX 10
#define COLUMN_ROOM ((size_t)INDEX_BATCH * VARINT_BYTES_MAX)
#define DIGESTS_MAX ((PART_PLAIN_MAX - DIGESTS_LIST) / sizeof(uint64_t))

static uint64_t
round_up(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit != 0);
}

/* Sizes may be anything: it wraps, here as in the decoder. */
uint64_t
index_next_block(const struct index_inode *i)
{
	const uint64_t data = round_up(i->size, DE_TAPE_BLOCK);
	const uint64_t headers = data == 0 ? 1 : round_up(data, HEADER_ADDRS);

	return i->block + headers + data;
}

bool
index_inode_of(const uint8_t *header, struct index_inode *i)
{
	struct de_inode inode = { 0 };

	if (get32(header + C_TYPE) != HEADER_INODE ||
	    get32(header + C_EXTATTRIBUTES) != 0)
		return false;
	i->inode = get32(header + C_INUMBER);
	i->mode = get16(header + DI_MODE);
	i->size = get64(header + DI_SIZE);
	i->mtime = extension_get(header, &inode) ? inode.mtime.seconds :
	    (int64_t)get32(header + DI_MTIME);
	return true;
}

bool
index_put_magic(struct growing *to)
{
	uint8_t *magic = growing_add(to, INDEX_MAGIC_BYTES);

	if (magic != NULL)
		memcpy(magic, INDEX_MAGIC, INDEX_MAGIC_BYTES);
	return magic != NULL;
}

/* ------------------------------------------------------------------- parts */

/* What a part holds, as it is stored. */
struct stored {
	const void *bytes;
	size_t length;
	size_t plain;
	uint32_t flags;
};

static bool
add_part(struct growing *to, enum index_part_kind kind,
    const struct stored *stored)
{
	const size_t padded = (size_t)round_up(stored->length,
	    PART_ALIGNMENT) * PART_ALIGNMENT;
	uint8_t *part = growing_add(to, PART_BYTES + padded);

	if (part == NULL)
		return false;
	put32(part + PART_KIND, (uint32_t)kind);
	put32(part + PART_FLAGS, stored->flags);
	put64(part + PART_STORED, stored->length);
	put64(part + PART_PLAIN, stored->plain);
	put64(part + PART_DIGEST, digest_64(stored->bytes, stored->length));
	if (stored->length > 0)
		memcpy(part + PART_BYTES, stored->bytes, stored->length);
	return true;
}

bool
index_put_part(struct growing *to, enum index_part_kind kind,
    const void *plain, size_t length, bool compress)
{
	struct stored stored = { plain, length, length, 0 };

	if (length > PART_PLAIN_MAX) {
		errno = EFBIG;
		return false;
	}
	if (!compress)
		return add_part(to, kind, &stored);
	const size_t room = ZSTD_compressBound(length);
	void *packed = malloc(room);
	if (packed == NULL)
		return false;
	/* With that much room, only memory can be missing. */
	const size_t used = ZSTD_compress(packed, room, plain, length, LEVEL);
	const bool ok = !ZSTD_isError(used);
	if (ok && used < length)
		stored = (struct stored){ packed, used, length, PART_IS_ZSTD };
	const bool added = ok && add_part(to, kind, &stored);
	const int error = ok ? errno : ENOMEM;
	free(packed);
	errno = error;
	return added;
}

/* ----------------------------------------------------------------- columns */

/* Values of a column are put one behind the other. */
static uint8_t *
put_varint(uint8_t *to, uint64_t value)
{
	while (value > 0x7f) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

/* The difference of two numbers, which wraps. */
static uint8_t *
put_difference(uint8_t *to, uint64_t value, uint64_t from)
{
	const uint64_t n = value - from;
	const uint64_t sign = (n >> 63) == 0 ? 0 : UINT64_MAX;

	return put_varint(to, n << 1 ^ sign);
}

static uint8_t *
put_column(uint8_t *to, enum index_column column,
    const struct index_inode *list, size_t count)
{
	const struct index_inode *end = list + count;
	uint64_t expected = column == COLUMN_INODE ? list->inode :
	    column == COLUMN_BLOCK ? list->block : 0;

	for (const struct index_inode *i = list; i < end; i++)
		switch (column) {
		case COLUMN_INODE:
			to = put_difference(to, i->inode, expected);
			expected = i->inode;
			break;
		case COLUMN_BLOCK:
			to = put_difference(to, i->block, expected);
			expected = index_next_block(i);
			break;
		case COLUMN_SIZE:
			to = put_varint(to, i->size);
			break;
		case COLUMN_TIME:
			to = put_difference(to, (uint64_t)i->mtime, expected);
			expected = (uint64_t)i->mtime;
			break;
		case COLUMN_MODE:
			put16(to, i->mode);
			to += 2;
			break;
		case INDEX_COLUMNS:
			break;
		}
	return to;
}

bool
index_put_inodes(struct growing *to, const struct index_inode *list,
    size_t count)
{
	if (count == 0)
		return true;
	uint8_t *plain = calloc(1, INODES_COLUMNS +
	    (COLUMN_MODE + 1) * COLUMN_ROOM);
	if (plain == NULL)
		return false;
	put32(plain + INODES_COUNT, (uint32_t)count);
	put32(plain + INODES_FIRST, list->inode);
	put64(plain + INODES_BLOCK, list->block);
	uint8_t *end = plain + INODES_COLUMNS;
	for (unsigned int c = COLUMN_INODE; c <= COLUMN_MODE; c++) {
		uint8_t *from = end;
		end = put_column(from, (enum index_column)c, list, count);
		put32(plain + INODES_SIZES + c * sizeof(uint32_t),
		    (uint32_t)(end - from));
	}
	const bool added = index_put_part(to, INDEX_PART_INODES, plain,
	    (size_t)(end - plain), true);
	const int error = errno;
	free(plain);
	errno = error;
	return added;
}

/* ----------------------------------------------------------------- digests */

static bool
put_digests(struct growing *to, const uint8_t head[static DIGESTS_LIST],
    const uint64_t *digests, size_t count)
{
	const size_t length = DIGESTS_LIST + count * sizeof(*digests);
	uint8_t *plain = malloc(length);

	if (plain == NULL)
		return false;
	memcpy(plain, head, DIGESTS_LIST);
	for (size_t i = 0; i < count; i++)
		put64(plain + DIGESTS_LIST + i * sizeof(*digests), digests[i]);
	const bool added = index_put_part(to, INDEX_PART_DIGESTS, plain,
	    length, false);
	const int error = errno;
	free(plain);
	errno = error;
	return added;
}

/* In as many parts as it takes. */
bool
index_put_digests(struct growing *to, uint32_t volume, uint32_t blocks,
    uint64_t first, const uint64_t *digests, size_t count)
{
	const size_t before = to->used;
	uint8_t head[DIGESTS_LIST];

	put32(head + DIGESTS_VOLUME, volume);
	put32(head + DIGESTS_PIECE, blocks);
	for (size_t done = 0; done < count;) {
		const size_t left = count - done;
		const size_t some = left < DIGESTS_MAX ? left : DIGESTS_MAX;
		put64(head + DIGESTS_FIRST, first + done);
		if (!put_digests(to, head, digests + done, some)) {
			const int error = errno;
			growing_cut(to, before);
			errno = error;
			return false;
		}
		done += some;
	}
	return true;
}
