/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * extents.h - files with a tree of extents
 *
 * Places in the file may only rise, and each node keeps inside of what the one
 * above has for it.  So a node counts at one place of the tree only, and no
 * tree leads in a circle.
 */
#ifndef FS_EXT2_EXTENTS_H
#define FS_EXT2_EXTENTS_H

#include "runs.h"

/* For map.c: add the runs of a file.  DE_OK, or what runs_add() returned. */
enum de_status extents_walk(struct runs *r);

#endif
