/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_help.h - what dumpengine-restore prints about itself
 */
#ifndef CORE_RESTORE_HELP_H
#define CORE_RESTORE_HELP_H

#include <stdio.h>

#include "core/base/exit_status.h"

/* STATUS_NOT_STARTED if it cannot be written. */
enum exit_status restore_help_print(FILE *out);
enum exit_status restore_help_print_version(FILE *out);

#endif
