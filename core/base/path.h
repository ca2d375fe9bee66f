/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * path.h - the parts of a path, between its slashes
 *
 * Several slashes count as one, and those at its ends do not count.
 */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include <stddef.h>

/* The next part of `path`, not terminated; *length is 0 if there is none. */
const char *path_part(const char *path, size_t *length);

/* How many there are. */
size_t path_depth(const char *path);

#endif
