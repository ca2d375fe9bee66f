/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * extents.h - files mapped by an extent tree
 *
 * File offsets must ascend, and each node must stay within the range that its
 * parent assigns to it.  So each node is used only once, and no tree can loop.
 */
#ifndef FS_EXT2_EXTENTS_H
#define FS_EXT2_EXTENTS_H

#include "runs.h"

/* For map.c: add the runs of a file.  DE_OK, or the result of runs_add(). */
enum de_status extents_walk(struct runs *r);

#endif
