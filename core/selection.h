/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selection.h - which inodes a dump is made of
 *
 * One scan of the inodes (pass I) gives three maps and an estimate.  Memory:
 * 3/8 byte per inode that the filesystem can have.
 */
#ifndef CORE_SELECTION_H
#define CORE_SELECTION_H

#include "core/findings.h"
#include "core/inomap.h"
#include "core/source.h"

/* restore makes symbolic links with targets of up to so many bytes. */
#define STREAM_TARGET_MAX 4095

struct selection {
	struct inomap in_use;		/* have a name that restore may know */
	struct inomap dumped;		/* have a record in the stream */
	struct inomap directories;	/* those of them that are directories */
	uint64_t tape_blocks;		/* of the whole stream, estimated */
};

/*
 * Select for a level 0 dump.  `cancelled` is looked at now and then.
 * Returns false after reporting why.
 */
bool selection_make(struct selection *sel, const struct source *src,
    struct findings *findings, struct report *rep,
    const atomic_int *cancelled);
void selection_free(struct selection *sel);

#endif
