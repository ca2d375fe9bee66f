/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * path.h - the components of a path
 *
 * Repeated slashes count as one; leading and trailing ones are ignored.
 */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include <stddef.h>

/*
 * The next component of `path`, not terminated; *length is 0 if there is none.
 */
const char *path_part(const char *path, size_t *length);

/* The number of components. */
size_t path_depth(const char *path);

#endif
