/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verify_index.h - what was read of a set, against its index (--verify)
 *
 * The index comes last, so it is kept in a temporary file until all digests of
 * pieces are known (core/read/pieces.h).  Each damaged piece is one fault, and so
 * is each file that is in it.  Costs what the index has, and 40 bytes for each
 * stretch of damaged pieces.
 *
 * One thread.
 */
#ifndef CORE_VERIFY_INDEX_H
#define CORE_VERIFY_INDEX_H

#include "core/read/pieces.h"
#include "core/read/set.h"
#include "core/restore/outcome.h"

struct verify_index;

/* Both are borrowed.  NULL if out of memory, or without the folder. */
struct verify_index *verify_index_new(const char *folder,
    struct outcome *outcome, struct report *rep);
void verify_index_free(struct verify_index *v);	/* accepts NULL */

/* An item of the set, any.  False if memory or room is out. */
bool verify_index_item(struct verify_index *v, const struct set_item *item);

/*
 * After SET_END, when the outcome knows all names.  `pieces` have ended.  False
 * if memory is out.
 */
bool verify_index_finish(struct verify_index *v, const struct set *set,
    const struct pieces *pieces);

/* After that: "none", "whole" or "damaged". */
const char *verify_index_state(const struct verify_index *v);

#endif
