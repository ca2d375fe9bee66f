/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_arguments.h - the command line of dumpengine-restore
 *
 * Takes the letters of restore(8), bundled or in the old style without a dash,
 * and a long name for each of them.
 */
#ifndef CORE_RESTORE_ARGUMENTS_H
#define CORE_RESTORE_ARGUMENTS_H

#include <stdbool.h>

#include "core/run/restore_request.h"

/*
 * Parse the command line; only the member `trust` of *request is set
 * beforehand.  Returns false after printing what is wrong to standard error.
 * Free with restore_arguments_free() in either case.
 */
bool restore_arguments_parse(struct restore_request *request, int argc,
    char **argv);

/* Free what the request owns, but not itself. */
void restore_arguments_free(struct restore_request *request);

#endif
