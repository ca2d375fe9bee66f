/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_help.h - what dumpengine-catalog prints about itself
 */
#ifndef CORE_CATALOG_HELP_H
#define CORE_CATALOG_HELP_H

#include <stdio.h>

#include "core/base/exit_status.h"

/* These return the exit status of the program. */
enum exit_status catalog_help_print(FILE *out);
enum exit_status catalog_help_print_version(FILE *out);

#endif
