/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mmp.h - does another machine have the filesystem mounted
 *
 * Multi-mount protection: whoever mounts the filesystem for writing writes who
 * it is into a block of it, and counts up there every few seconds.
 */
#ifndef FS_EXT2_MMP_H
#define FS_EXT2_MMP_H

#include "ext2.h"

enum mmp_use {
	MMP_FREE,			/* or there is no such protection */
	MMP_STALE,			/* in use, but nobody counts */
	MMP_IN_USE,			/* somebody counts */
	MMP_CANCELLED			/* the run is being aborted */
};

#define MMP_WHO_BYTES 256

/*
 * Find out, which takes up to two minutes if it says that it is in use, 11
 * seconds mostly.  `who` becomes what is known of the user, for messages, or "".
 * Reports what cannot be read as a warning.
 */
enum mmp_use mmp_find(const struct ext2 *e, char who[static MMP_WHO_BYTES]);

#endif
