/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subtree.h - find the directory or file that alone is dumped
 *
 * Finds it by its path from the root of the filesystem, reading only the
 * directories on the path, or reports what is wrong with the path.
 */
#ifndef CORE_SUBTREE_H
#define CORE_SUBTREE_H

#include "core/config/exclude.h"
#include "core/base/report.h"
#include "core/host/source.h"

/* What to look for; all borrowed. */
struct subtree {
	const struct source *src;
	struct report *rep;
	const char *path;		/* redundant slashes are ignored */
	const char *at;			/* "FILE:LINE" of the setting, or
					   NULL */
	const struct exclude *exclude;	/* NULL: nothing is excluded */
	bool without_nodump;		/* leave out what has the flag */
};

/* The result of a search; errors have been reported. */
enum subtree_found {
	SUBTREE_FOUND,
	SUBTREE_NOT_FOUND,	/* or it cannot be dumped */
	SUBTREE_UNREADABLE
};

/*
 * Find it.  Stores the directories on its path in `way`, which has room for
 * path_depth() of them.
 */
enum subtree_found subtree_find(const struct subtree *subtree, uint32_t *way);

#endif
