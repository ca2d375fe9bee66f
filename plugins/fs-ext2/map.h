/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * map.h - which blocks of the device make up a file
 *
 * By an extent tree or by indirect blocks, whichever the file has.
 */
#ifndef FS_EXT2_MAP_H
#define FS_EXT2_MAP_H

#include "runs.h"

/*
 * Pass on the runs of a file with a block map, except unwritten ones.  DE_OK,
 * the result of `take`, or DE_FAILED if the run is cancelled.
 */
enum de_status map_walk(struct runs *r);

#endif
