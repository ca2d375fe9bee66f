/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_selection.h - the names that the command line asks for
 */
#ifndef CORE_RESTORE_SELECTION_H
#define CORE_RESTORE_SELECTION_H

#include "core/restore/wanted.h"
#include "core/run/restore_own.h"

/*
 * The arguments and the file of -X; everything without either.  A name that no
 * set has is reported, and counts as missing.  NULL: see r->verdict.
 */
struct wanted *restore_selection_make(struct restore *r);

/* Is everything wanted? */
bool restore_selection_is_all(const struct restore *r);

#endif
