/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subtree.h - the directory or file that alone is dumped
 *
 * Finds it by its path from the root of the filesystem, reading nothing but the
 * directories on the way to it, and says what is wrong with the path otherwise.
 */
#ifndef CORE_SUBTREE_H
#define CORE_SUBTREE_H

#include "core/config/exclude.h"
#include "core/base/report.h"
#include "core/host/source.h"

/* What is looked for; all borrowed. */
struct subtree {
	const struct source *src;
	struct report *rep;
	const char *path;		/* slashes too many count for nothing */
	const char *at;			/* "FILE:LINE" of the setting, or NULL */
	const struct exclude *exclude;	/* NULL: nothing is left out */
	bool without_nodump;		/* what has the flag is left out */
};

/* How a search has gone; what is wrong has been reported. */
enum subtree_found {
	SUBTREE_FOUND,
	SUBTREE_NOT_FOUND,	/* or it cannot be dumped, as the path is */
	SUBTREE_UNREADABLE
};

/*
 * Find it.  The directories that its parts are in go to `way`, which has room
 * for path_depth() of them.
 */
enum subtree_found subtree_find(const struct subtree *subtree, uint32_t *way);

#endif
