/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selection.h - which inodes a dump is made of
 *
 * One scan of the inodes (pass I) gives three maps; the walk through the
 * directories (tree.h, pass II) takes from them what has no name in the dump and
 * adds the directories on the way.  Memory: 3/4 byte per inode that the
 * filesystem can have, 5/4 bytes while it is made, and what tree.h says for each
 * directory.
 */
#ifndef CORE_SELECTION_H
#define CORE_SELECTION_H

#include "core/format/inode_types.h"
#include "core/format/inomap.h"
#include "core/select/read_errors.h"
#include "core/host/source.h"
#include "core/select/tree.h"

/* restore makes symbolic links with targets of up to so many bytes. */
#define STREAM_TARGET_MAX 4095

/* What is to be selected. */
struct selection_rules {
	int64_t since;			/* changed since; 0: everything */
	const struct inomap *retake;	/* borrowed: these in any case; NULL */
	uint32_t level;
	uint32_t honor_nodump;		/* the flag counts from this level on */
	const struct exclude *exclude;	/* borrowed; NULL: no patterns */
	const char *subtree;		/* borrowed; NULL: the whole of it */
	const char *subtree_at;		/* "FILE:LINE" of it, or NULL */
};

struct selection {
	struct inomap in_use;		/* have a name that restore may know */
	struct inomap dumped;		/* have a record in the stream */
	struct inomap left_out;		/* to be dumped, but for its names */
	struct inomap directories;	/* those of them that are directories */
	/*
	 * In use as well, but nobody knows what they are.  No bits: none.  The
	 * instance of the source notes them here while it is selected from.
	 */
	struct inomap unknown;
	struct inode_types types;	/* of all that are in use */
	struct tree *tree;		/* which names are left out */
	uint64_t tape_blocks;		/* of the whole stream, estimated */
	uint64_t inodes;		/* in `dumped` */
	bool has_attributes;		/* a directory has extended ones */
};

/*
 * Select.  `cancelled` is looked at now and then; the rules' patterns have to
 * live as long as the selection.  Returns false after reporting why; also if
 * there were too many read errors, as their `verdict` tells then.
 */
bool selection_make(struct selection *sel, const struct source *src,
    const struct selection_rules *rules, struct read_errors *read_errors,
    struct report *rep, const atomic_int *cancelled);
void selection_free(struct selection *sel);

/* Is it one of those that nobody knows? */
bool selection_is_unknown(const struct selection *sel, uint32_t inode);

#endif
