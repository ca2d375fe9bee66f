/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * index_mark.h - may what headers say of the index of a set be so?
 *
 * They may have been made by anybody.
 */
#ifndef CORE_INDEX_MARK_H
#define CORE_INDEX_MARK_H

#include "core/format/header_decoded.h"

/* A TS_END behind an index: where that is, if the place is possible. */
bool index_mark_pointer(const struct header *h,
    struct header_pointer *pointer);
bool index_mark_is_same(const struct header_pointer *a,
    const struct header_pointer *b);

/*
 * A record of the index: `length` bytes of it are in the blocks behind the
 * header.  False: it is something else, or impossible.
 */
bool index_mark_record(const struct header *h, uint32_t *length);

/*
 * Is this block the first header of an index?  Fast, and for any block; but data
 * may look like it.
 */
bool index_mark_may_begin(const uint8_t *block);

#endif
