/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_arguments.h - the command line of dumpengine-catalog
 */
#ifndef CORE_CATALOG_ARGUMENTS_H
#define CORE_CATALOG_ARGUMENTS_H

#include <stdbool.h>

#include "core/run/catalog_request.h"

/*
 * Parse the command line; only the member `trust` of *request is set
 * beforehand.  Options may be anywhere.  Returns false after printing what is
 * wrong to standard error.
 */
bool catalog_arguments_parse(struct catalog_request *request, int argc,
    char **argv);

#endif
