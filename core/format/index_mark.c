/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/index_mark.h"

#include <string.h>

#include "core/format/header_layout.h"
#include "core/format/index_layout.h"
#include "plugins/common/bytes.h"

bool
index_mark_pointer(const struct header *h, struct header_pointer *pointer)
{
	const struct header_pointer *p = &h->pointer;

	if (h->type != HEADER_END || !h->has_pointer)
		return false;
	*pointer = *p;
	return p->volume > 0 && p->volume <= h->volume && p->block > 0 &&
	    p->block < INT64_MAX / DE_TAPE_BLOCK &&
	    p->length >= INDEX_MAGIC_BYTES && p->length < INT64_MAX;
}

bool
index_mark_is_same(const struct header_pointer *a,
    const struct header_pointer *b)
{
	return a->volume == b->volume && a->block == b->block &&
	    a->length == b->length &&
	    memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

bool
index_mark_record(const struct header *h, uint32_t *length)
{
	const uint64_t size = h->meta.size;

	if (h->type != HEADER_INODE || h->part != HEADER_PART_INDEX ||
	    size == 0 || size > INDEX_RECORD_BYTES ||
	    h->count != (size + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK)
		return false;
	*length = (uint32_t)size;
	return true;
}

bool
index_mark_may_begin(const uint8_t *block)
{
	return memcmp(block + C_SPARE, INDEX_RECORD_TEXT,
	    strlen(INDEX_RECORD_TEXT)) == 0 &&
	    get32(block + C_MAGIC) == MAGIC_60012 &&
	    get32(block + C_TYPE) == HEADER_INODE &&
	    get32(block + C_EXTATTRIBUTES) == EXT_INDEX &&
	    get64(block + C_SPARE + RECORD_OFFSET) == 0;
}
