/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_write.h - the runs that write into a directory: -x, -i, -r and -R
 *
 * All of them end in the same steps: make the directories, write the files, set
 * what belongs to the directories.
 */
#ifndef CORE_RESTORE_WRITE_H
#define CORE_RESTORE_WRITE_H

#include "core/run/restore_own.h"

/* The sets are open, and their directories read.  False: see r->verdict. */
bool restore_write_extract(struct restore *r);
bool restore_write_interactive(struct restore *r);

/* The sets are open; nothing was read of them. */
bool restore_write_rebuild(struct restore *r);

#endif
