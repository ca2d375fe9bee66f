/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pattern.h - file names built from the properties of a volume
 *
 * %v volume number, three digits; %j job name; %l level; %h name of this host;
 * %d date of the dump, YYYYMMDD in local time; %% a percent sign.
 */
#ifndef PLUGINS_COMMON_PATTERN_H
#define PLUGINS_COMMON_PATTERN_H

#include "dumpengine/plugin.h"

/* If not, *wrong is the unknown letter after the %. */
bool pattern_is_valid(const char *pattern, char *wrong);

/* Is one of these letters in it? */
bool pattern_uses(const char *pattern, const char *letters);

/* The file name of a volume; the caller frees it.  NULL if out of memory. */
char *pattern_expand(const char *pattern, const struct de_volume *volume);

#endif
