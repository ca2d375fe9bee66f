/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/*
 * Inode and time of birth tell folders apart, also the roots of two disks that
 * are mounted in turn.  Device numbers change between boots, and so may the
 * filesystem's ID, which is only used where times of birth are not known.
 */
static bool
identify(int fd, char text[static FILE_PLACE_FOLDER_BYTES])
{
	struct statx x;
	struct statfs fs;
	uint32_t id[2];

	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &x) == -1 ||
	    fstatfs(fd, &fs) == -1)
		return false;
	memcpy(id, &fs.f_fsid, sizeof(id));
	const bool born = (x.stx_mask & STATX_BTIME) != 0;
	if (!born && id[0] == 0 && id[1] == 0)
		return false;
	if (born)
		snprintf(text, FILE_PLACE_FOLDER_BYTES, "%" PRIx64 " %" PRIu64
		    " born %" PRId64 ".%09" PRIu32, (uint64_t)fs.f_type &
		    UINT32_MAX, (uint64_t)x.stx_ino,
		    (int64_t)x.stx_btime.tv_sec,
		    (uint32_t)x.stx_btime.tv_nsec);
	else
		snprintf(text, FILE_PLACE_FOLDER_BYTES, "%" PRIx64 " %" PRIu64
		    " id %08" PRIx32 "%08" PRIx32, (uint64_t)fs.f_type &
		    UINT32_MAX, (uint64_t)x.stx_ino, id[0], id[1]);
	return true;
}

/* The folder of a file: what is before the last slash. */
static bool
folder_of(const char *path, char folder[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const size_t length = slash == NULL ? 0 : slash == path ? 1 :
	    (size_t)(slash - path);

	if (length >= PATH_MAX)
		return false;
	snprintf(folder, PATH_MAX, "%.*s", slash == NULL ? 1 : (int)length,
	    slash == NULL ? "." : path);
	return true;
}

static int
open_folder(const char *folder)
{
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Resolved, as a link on the way may lead elsewhere later. */
static bool
set_path(struct file_place *place, const char *folder, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *last = slash == NULL ? name : slash + 1;
	char *full = realpath(folder, NULL);
	int length = -1;

	if (full != NULL)
		length = snprintf(place->path, sizeof(place->path), "%s/%s",
		    strcmp(full, "/") == 0 ? "" : full, last);
	free(full);
	return length > 0 && (size_t)length < sizeof(place->path);
}

void
file_place_note(struct file_place *place, const char *name)
{
	char folder[PATH_MAX];
	struct stat st;
	int fd = -1;

	const bool ok = lstat(name, &st) == 0 && S_ISREG(st.st_mode) &&
	    folder_of(name, folder) && (fd = open_folder(folder)) != -1 &&
	    identify(fd, place->folder) && set_path(place, folder, name);
	if (fd != -1)
		close(fd);
	if (!ok)
		*place = (struct file_place){ .path = "" };
}

bool
file_place_is_gone(const char *path, const char *folder)
{
	char now[FILE_PLACE_FOLDER_BYTES], name[PATH_MAX];
	struct stat st;
	bool gone = false;

	if (path[0] != '/' || !folder_of(path, name))
		return false;
	const int fd = open_folder(name);
	if (fd == -1)
		return false;
	if (identify(fd, now) && strcmp(now, folder) == 0)
		gone = fstatat(fd, strrchr(path, '/') + 1, &st,
		    AT_SYMLINK_NOFOLLOW) == -1 && errno == ENOENT;
	close(fd);
	return gone;
}
