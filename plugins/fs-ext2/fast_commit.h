/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fast_commit.h - replay the fast commits of ext4 that follow the log
 *
 * The end of the journal holds blocks of tags, each a short record of what
 * happened to one inode or one name since the last transaction of the log.
 * Replaying them changes inodes, maps and directories, all in the overlay in
 * memory.  New blocks for these are borrowed from the journal itself, which no
 * dump reads, so that none of the filesystem's blocks are touched.
 *
 * Unlike e2fsck, this also takes device numbers and short targets of new
 * special files and symbolic links from the tags, and frees an inode whose last
 * name is removed.
 */
#ifndef FS_EXT2_FAST_COMMIT_H
#define FS_EXT2_FAST_COMMIT_H

#include "log.h"

/*
 * Replay the fast commits that follow transaction log->sequence - 1, after the
 * log.  The first incomplete fast commit ends them, as after any crash.
 * DE_OK; DE_FAILED after reporting why they cannot be replayed.
 */
enum de_status fast_commit_replay(struct log *log);

#endif
