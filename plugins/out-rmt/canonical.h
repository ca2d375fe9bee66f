/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * canonical.h - one name for all spellings of a target
 *
 * Looks only at the text: other names of the same host, and links on it, are
 * not resolved.
 */
#ifndef OUT_RMT_CANONICAL_H
#define OUT_RMT_CANONICAL_H

#include "target.h"

/*
 * Returns "rmt HOST:FILE", to be freed; NULL if out of memory.  The host is in
 * lower case, the file is normalised, and all device nodes of a tape drive
 * become one: /dev/nst0, /dev/st0 and /dev/nst0m.  A relative file is in the
 * home directory of a user, whose name is then included.
 */
char *canonical_name(const struct target *target);

/* Is the target on the local host? */
bool canonical_is_local(const struct target *target);

/* Is it a tape device that does not rewind on close? */
bool canonical_is_not_rewound(const struct target *target);

#endif
