/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_look.h - the runs that leave the disk as it is
 */
#ifndef CORE_RESTORE_LOOK_H
#define CORE_RESTORE_LOOK_H

#include "core/run/restore_own.h"

/* The sets are open, and their directories read.  False: see r->verdict. */
bool restore_look_list(struct restore *r);
bool restore_look_compare(struct restore *r);
bool restore_look_drill(struct restore *r);

/* The set is open; nothing was read of it. */
bool restore_look_verify(struct restore *r);

#endif
