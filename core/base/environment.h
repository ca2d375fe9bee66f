/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * environment.h - what a command that the engine runs finds in its environment
 *
 * PATH as trust.h leaves it, HOME and LOGNAME of the user that we are, SHELL,
 * and TZ and LANG if they are set; nothing else that somebody may have left
 * there.
 */
#ifndef CORE_ENVIRONMENT_H
#define CORE_ENVIRONMENT_H

#include <stdbool.h>

#include "core/base/trust.h"

/* Texts "NAME=VALUE", NULL at the end; NULL if out of memory. */
char **environment_new(const struct trust *trust);
void environment_free(char **environment);

/*
 * Make it that of this process, a child before its exec, and add these to it
 * (NULL at the end).  False: out of memory.
 */
bool environment_enter(const struct trust *trust, const char *const *more);

#endif
