/* SPDX-License-Identifier: BSD-3-Clause */
/* blockmap.h - files mapped by direct and indirect blocks */
#ifndef FS_EXT2_BLOCKMAP_H
#define FS_EXT2_BLOCKMAP_H

#include "runs.h"

/* For map.c: add the runs of a file.  DE_OK, or the result of runs_add(). */
enum de_status blockmap_walk(struct runs *r);

#endif
