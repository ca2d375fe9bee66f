/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * command.h - a command that prints credentials
 */
#ifndef OUT_S3_COMMAND_H
#define OUT_S3_COMMAND_H

#include <stdatomic.h>

#include "credentials.h"

/*
 * Run text for /bin/sh with that environment (ends with NULL), and take what it
 * prints, see credentials_parse().  It is killed after a minute, or when *stop
 * is set.  False with a phrase in `why`, which has nothing of its output in it.
 * Any thread.
 */
bool command_run(struct credentials *c, const char *text,
    const char *const *environment, const atomic_bool *stop,
    char why[static CREDENTIALS_WHY_BYTES]);

#endif
