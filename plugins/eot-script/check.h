/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check.h - can the command be run, and is it ready?
 *
 * Finds what a shell would find, without running the command.  A script that
 * declares that it can be checked is then run with DUMPENGINE_REASON=check; any
 * other would conclude that a volume has ended.
 */
#ifndef EOT_SCRIPT_CHECK_H
#define EOT_SCRIPT_CHECK_H

#include "child.h"

/* The line, in the first 4 KiB of a script, that declares this. */
#define CHECK_LINE "# dumpengine: can be checked"

/*
 * DE_OK, or DE_FAILED after reporting; config->end is ignored.  `key` is the
 * option that holds the command.
 */
enum de_status check_command(const struct child_config *config,
    const char *key);

#endif
