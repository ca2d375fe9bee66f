/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_commands.h - the volumes that a restore needs, and its commands
 *
 * What is printed that is no command begins with "#".
 */
#ifndef CORE_CATALOG_COMMANDS_H
#define CORE_CATALOG_COMMANDS_H

#include "core/run/catalog_way.h"

/* False if the run has to end. */
bool catalog_commands_print(struct catalog_way *w);

#endif
