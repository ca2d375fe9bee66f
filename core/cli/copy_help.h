/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_help.h - what dumpengine-copy says of itself
 */
#ifndef CORE_COPY_HELP_H
#define CORE_COPY_HELP_H

#include <stdio.h>

#include "core/base/exit_status.h"

/* STATUS_NOT_STARTED: `out` could not be written. */
enum exit_status copy_help_print(FILE *out);
enum exit_status copy_help_print_version(FILE *out);

#endif
