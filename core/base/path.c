/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/path.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool
path_make_folders(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		const bool ok = mkdir(path, 0700) == 0 || errno == EEXIST ||
		    access(path, F_OK) == 0;
		*p = '/';
		if (!ok)
			return false;
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}
