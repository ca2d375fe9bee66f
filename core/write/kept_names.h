/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kept_names.h - the directories of a dump, kept for the catalogue
 *
 * As they are in the stream, in compressed parts (INDEX_PART_DIRECTORY of
 * core/format/index_layout.h): about 10 bytes a name, in a temporary file beyond
 * 16 MiB (core/base/growing.h), and 1 MiB of memory for the part being filled.
 * The process that rewrites a volume goes on from the state of its checkpoint.
 *
 * Main thread only.
 */
#ifndef CORE_KEPT_NAMES_H
#define CORE_KEPT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/growing.h"

struct kept_names;

/* In `folder`, for the temporary file; borrowed.  NULL with errno set. */
struct kept_names *kept_names_new(const char *folder);
void kept_names_free(struct kept_names *k);	/* accepts NULL */

/*
 * The next piece of a directory: all of it, or HEADER_ADDRS tape blocks.  A
 * failure is told by kept_names_finish().  NULL keeps nothing.
 */
void kept_names_add(struct kept_names *k, uint32_t inode,
    const uint8_t *bytes, size_t length);

/*
 * All parts; they stay `k`'s.  NULL with errno set if not all could be kept.
 */
const struct growing *kept_names_finish(struct kept_names *k);

#endif
