/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pattern.h - file names made from the facts of a volume
 *
 * %v number of the volume, three digits; %j name of the job; %l level;
 * %d date of the dump, YYYYMMDD in local time; %% a percent sign.
 */
#ifndef PLUGINS_COMMON_PATTERN_H
#define PLUGINS_COMMON_PATTERN_H

#include "dumpengine/plugin.h"

/* If it is not, *wrong is the letter behind a % that stands for nothing. */
bool pattern_is_valid(const char *pattern, char *wrong);

/* The name for a volume, to be freed; NULL if out of memory. */
char *pattern_expand(const char *pattern, const struct de_volume *volume);

#endif
