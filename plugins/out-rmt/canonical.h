/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * canonical.h - one name for the ways in which a target can be written
 *
 * Looks at the text only: what leads to one place by another name of the host, or
 * by a link there, is not known here.
 */
#ifndef OUT_RMT_CANONICAL_H
#define OUT_RMT_CANONICAL_H

#include "target.h"

/*
 * "rmt HOST:FILE", to be freed; NULL if out of memory.  The host is in small
 * letters, the file without detours, and the nodes of one tape drive are one:
 * /dev/nst0, /dev/st0 and /dev/nst0m.  A file without a slash in front is in the
 * home of a user, who is in the name, too.
 */
char *canonical_name(const struct target *target);

/* Does the target name this very machine? */
bool canonical_is_local(const struct target *target);

/* Is it the node of a tape drive that is not rewound when it is closed? */
bool canonical_is_not_rewound(const struct target *target);

#endif
