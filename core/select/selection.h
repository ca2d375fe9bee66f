/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selection.h - which inodes make up a dump
 *
 * One scan of the inodes (pass I) builds three maps; the walk of the
 * directories (tree.h, pass II) removes what has no name in the dump and adds
 * the directories above.  Memory: 3/4 byte per possible inode, 5/4 bytes while
 * selecting, and what tree.h says per directory.
 */
#ifndef CORE_SELECTION_H
#define CORE_SELECTION_H

#include "core/format/inode_types.h"
#include "core/format/inomap.h"
#include "core/select/read_errors.h"
#include "core/host/source.h"
#include "core/select/tree.h"

/* restore creates symbolic links with targets up to that length. */
#define STREAM_TARGET_MAX 4095

/* What to select. */
struct selection_rules {
	int64_t since;			/* changed since; 0: everything */
	const struct inomap *retake;	/* borrowed: include these anyway;
					   NULL */
	uint32_t level;
	uint32_t honor_nodump;		/* honor the flag from this level on */
	const struct exclude *exclude;	/* borrowed; NULL: no patterns */
	const char *subtree;		/* borrowed; NULL: everything */
	const char *subtree_at;		/* its "FILE:LINE", or NULL */
};

struct selection {
	struct inomap in_use;		/* have a name, to restore's
					   knowledge */
	struct inomap dumped;		/* have a record in the stream */
	struct inomap left_out;		/* would be dumped if they had a name */
	struct inomap directories;	/* the directories among them */
	/*
	 * Also in use, but of unknown type.  No bits: none.  The instance of
	 * the source records them here during the selection.
	 */
	struct inomap unknown;
	struct inode_types types;	/* of all that are in use */
	struct tree *tree;		/* which names are left out */
	uint64_t tape_blocks;		/* estimate for the whole stream */
	uint64_t inodes;		/* in `dumped` */
	bool has_attributes;		/* a directory has some */
};

/*
 * Select.  `cancelled` is checked periodically; the rules' patterns must live
 * as long as the selection.  Returns false after reporting why; also if there
 * were too many read errors, which their `verdict` then shows.
 */
bool selection_make(struct selection *sel, const struct source *src,
    const struct selection_rules *rules, struct read_errors *read_errors,
    struct report *rep, const atomic_int *cancelled);
void selection_free(struct selection *sel);

/* Is it an unknown inode? */
bool selection_is_unknown(const struct selection *sel, uint32_t inode);

#endif
