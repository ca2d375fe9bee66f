/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_arguments.h - the command line of dumpengine-copy
 */
#ifndef CORE_COPY_ARGUMENTS_H
#define CORE_COPY_ARGUMENTS_H

#include "core/run/copy_request.h"

/*
 * Parse the command line; only the member `trust` of *request is set
 * beforehand.  Returns false after printing what is wrong to standard error.
 */
bool copy_arguments_parse(struct copy_request *request, int argc, char **argv);

#endif
