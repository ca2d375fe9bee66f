/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_inodes.h - what belongs to the files of a set, for ls -l of -i
 *
 * Reads the headers of all sets once.  Where the medium seeks, contents are
 * jumped over; where it does not, the whole set has to be read, so the operator
 * is asked before.  SIGINT stops reading and not the run: what was read is
 * shown, and the next time reading starts again.
 */
#ifndef CORE_RESTORE_INODES_H
#define CORE_RESTORE_INODES_H

#include "core/restore/inode_list.h"
#include "core/run/restore_own.h"

struct restore_inodes {
	struct restore *r;		/* borrowed */
	struct inode_list *list;	/* owned; NULL: nothing was read */
	bool is_complete;
	bool is_declined;		/* the operator does not want it */
};

/*
 * The list, as complete as it can be had; NULL: there is none.  Borrowed until
 * the next call.  The sets can still be extracted from afterwards, if their
 * media can be read again.  False if the run has to end.
 */
bool restore_inodes_read(struct restore_inodes *inodes,
    const struct inode_list **list);
void restore_inodes_free(struct restore_inodes *inodes);

#endif
