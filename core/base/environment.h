/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * environment.h - the environment of commands that the engine runs
 *
 * PATH as filtered by trust.h, HOME and LOGNAME of the current user, SHELL and,
 * if set, TZ and LANG; nothing else that may have been inherited.
 */
#ifndef CORE_ENVIRONMENT_H
#define CORE_ENVIRONMENT_H

#include <stdbool.h>

#include "core/base/trust.h"

/* Texts "NAME=VALUE", terminated by NULL; NULL if out of memory. */
char **environment_new(const struct trust *trust);
void environment_free(char **environment);

/*
 * Set the environment of this process, a child about to exec, and add the
 * NULL-terminated `more` to it.  False if out of memory.
 */
bool environment_enter(const struct trust *trust, const char *const *more);

#endif
