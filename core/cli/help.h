/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * help.h - what the program prints about itself and its plugins
 *
 * All text about options comes from their tables.  Each function returns the
 * program's exit status.
 */
#ifndef CORE_HELP_H
#define CORE_HELP_H

#include <stdio.h>

#include "core/base/exit_status.h"
#include "core/host/plugin.h"

enum exit_status help_print(FILE *out);
enum exit_status help_print_version(FILE *out);
enum exit_status help_list_plugins(FILE *out, struct plugin_registry *reg);

/* `name`: a name or path, as in a configuration. */
enum exit_status help_print_plugin(FILE *out, struct plugin_registry *reg,
    const char *name, struct report *rep);

#endif
