/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_hidden.h - inodes of a set that have no place on Linux
 *
 * Streams of NetApp, attribute directories of Sun and what is in them, and the
 * like are left out, counted, and named once for a set.  Constant size.
 */
#ifndef CORE_RESTORE_HIDDEN_H
#define CORE_RESTORE_HIDDEN_H

#include "core/format/header_decode.h"
#include "core/run/restore_own.h"

enum restore_hidden_kind {
	HIDDEN_DIRECTORY,	/* of attributes, Sun */
	HIDDEN_ATTRIBUTE,	/* in one */
	HIDDEN_STREAM,		/* NetApp */
	HIDDEN_WHITEOUT,	/* BSD */
	HIDDEN_OTHER,
	HIDDEN_KINDS
};

struct restore_hidden {
	uint64_t counts[HIDDEN_KINDS];
};

/* Count an inode; with -v, name it.  `set` is its name. */
void restore_hidden_take(struct restore_hidden *h, struct restore *r,
    const char *set, const struct dialect *dialect,
    const struct header *header);

/* A note of all that were counted, unless there are none; and forget them. */
void restore_hidden_tell(struct restore_hidden *h, struct restore *r,
    const char *set);

#endif
