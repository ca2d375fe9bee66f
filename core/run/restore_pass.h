/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_pass.h - hand the files of all sets to those who want them
 *
 * Each inode comes from the newest set that has it, once.  What is not wanted is
 * passed over as fast as the medium can.  Where the newest set has no contents
 * of an inode (restore_bare.h), all sets are read a second time.  Costs two bits
 * an inode.
 */
#ifndef CORE_RESTORE_PASS_H
#define CORE_RESTORE_PASS_H

#include "core/restore/crew.h"
#include "core/run/restore_own.h"

struct restore_pass {			/* everything is borrowed */
	const struct crew_work *work;
	void *arg;			/* of `work` and `late` */
	const struct inomap *inodes;	/* that are wanted */
	struct inomap *seen;		/* those that came are added; NULL: to
					   nothing */
	bool is_whole;			/* all that has a name is wanted: say
					   if something has none */
	/* An attribute from behind the end of a set; NULL: not wanted. */
	void (*late)(void *arg, uint32_t inode, const struct de_xattr *xattr);
	/*
	 * Inodes of which the newest set has only metadata come twice: first
	 * with the contents of the newest set that has them, then with that
	 * metadata.  False: only with the metadata.
	 */
	bool completes;
	/* Does the run have to end?  NULL: never.  */
	enum verdict (*verdict)(void *arg);
	void *verdict_arg;
};

/*
 * Read the rest of every set.  Wanted inodes that the maps promise and that
 * never came are named as missing.  False if the run has to end.
 */
bool restore_pass_run(struct restore *r, const struct restore_pass *pass);

/* The highest inode number that any set or name has. */
uint32_t restore_pass_max_inode(const struct restore *r);

/*
 * Add the inodes that any of the sets has.  False if a map was lost: then there
 * may be others.
 */
bool restore_pass_dumped(const struct restore *r, struct inomap *dumped);

#endif
