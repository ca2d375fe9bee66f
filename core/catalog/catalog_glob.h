/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_glob.h - a pattern for names or paths, fast for names that do not fit
 *
 * Most names do not begin and end with what is literal at the ends of a pattern,
 * or do not have in them what is literal in it, so that is looked for first.
 */
#ifndef CORE_CATALOG_GLOB_H
#define CORE_CATALOG_GLOB_H

#include <stdbool.h>
#include <stddef.h>

struct catalog_glob;

/* The syntax is that of catalog_find().  NULL: out of memory. */
struct catalog_glob *catalog_glob_new(const char *pattern);
void catalog_glob_free(struct catalog_glob *g);

/* Is it for paths? */
bool catalog_glob_has_slash(const struct catalog_glob *g);

/* May the last part of a path that fits be this name? */
bool catalog_glob_fits_name(const struct catalog_glob *g, const char *name,
    size_t length);

/* Does a path, "./a/b", fit? */
bool catalog_glob_fits_path(const struct catalog_glob *g, const char *path);

#endif
