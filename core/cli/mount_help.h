/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_help.h - what dumpengine-mount says of itself
 */
#ifndef CORE_MOUNT_HELP_H
#define CORE_MOUNT_HELP_H

#include <stdio.h>

#include "core/base/exit_status.h"

/* STATUS_NOT_STARTED if it cannot be written. */
enum exit_status mount_help_print(FILE *out);
enum exit_status mount_help_print_version(FILE *out);

#endif
