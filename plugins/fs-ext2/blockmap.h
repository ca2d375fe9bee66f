/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * blockmap.h - files with block numbers in the inode and in indirect blocks
 */
#ifndef FS_EXT2_BLOCKMAP_H
#define FS_EXT2_BLOCKMAP_H

#include "runs.h"

/* For map.c: add the runs of a file.  DE_OK, or what runs_add() returned. */
enum de_status blockmap_walk(struct runs *r);

#endif
