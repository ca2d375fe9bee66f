/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fast_commit.h - what fast commits of ext4 change behind the log
 *
 * At the end of the journal are blocks with tags, each of which says in short
 * what happened to one inode or to one name since the last transaction of the
 * log.  Replaying them changes inodes, maps and directories: all of it in
 * memory, over the device.  New blocks for these are borrowed from the journal
 * itself, which no dump reads, so that none of the filesystem's is touched.
 *
 * Unlike e2fsck, it takes the device numbers and the short targets of new
 * special files and symbolic links from the tags, too, and an inode whose
 * last name goes is not in use any more.
 */
#ifndef FS_EXT2_FAST_COMMIT_H
#define FS_EXT2_FAST_COMMIT_H

#include "log.h"

/*
 * Replay the fast commits that follow transaction log->sequence - 1, after the
 * log.  A fast commit that is not whole ends them, as after any crash.
 * DE_OK; DE_FAILED after reporting why they cannot be replayed.
 */
enum de_status fast_commit_replay(struct log *log);

#endif
