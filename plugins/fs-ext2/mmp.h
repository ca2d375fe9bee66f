/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mmp.h - does another machine have the filesystem mounted?
 *
 * Multi-mount protection: a machine that mounts the filesystem for writing
 * stores its identity in a block of it, and updates a counter there every few
 * seconds.
 */
#ifndef FS_EXT2_MMP_H
#define FS_EXT2_MMP_H

#include "ext2.h"

enum mmp_use {
	MMP_FREE,			/* or no such protection */
	MMP_STALE,			/* marked as in use, but the counter is
					   still */
	MMP_IN_USE,			/* the counter changes */
	MMP_CANCELLED			/* the run is being aborted */
};

#define MMP_WHO_BYTES 256

/*
 * Find out.  Takes up to two minutes, usually 11 seconds, if it is marked as in
 * use.  `who` receives what is known about the user, for messages, or "". Read
 * errors are reported as warnings.
 */
enum mmp_use mmp_find(const struct ext2 *e, char who[static MMP_WHO_BYTES]);

#endif
