/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/path.h"

#include <string.h>

const char *
path_part(const char *path, size_t *length)
{
	path += strspn(path, "/");
	*length = strcspn(path, "/");
	return path;
}

size_t
path_depth(const char *path)
{
	size_t depth = 0, length;

	for (path = path_part(path, &length); length > 0;
	    path = path_part(path + length, &length))
		depth++;
	return depth;
}
