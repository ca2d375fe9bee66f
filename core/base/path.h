/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * path.h - the components of a path
 *
 * Repeated slashes count as one; leading and trailing ones are ignored.
 */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next component of `path`, not terminated; *length is 0 if there is none.
 */
const char *path_part(const char *path, size_t *length);

/* The number of components. */
size_t path_depth(const char *path);

/*
 * Create a directory and its parents, with mode 0700; those that are there stay
 * as they are.  `path` is the same afterwards.  False with errno set.
 */
bool path_make_folders(char *path);

#endif
