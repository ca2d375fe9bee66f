/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/unlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_THE_WAY ((unsigned int)(FS_IMMUTABLE_FL | FS_APPEND_FL))

/* A file or directory, open for reading; -1. */
static int
open_it(int directory, const char *name, struct stat *st)
{
	/* A look first: opening a device may do something. */
	if (fstatat(directory, name, st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
		errno = EOPNOTSUPP;
		return -1;
	}
	const int fd = openat(directory, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd != -1 && fstat(fd, st) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
clear_flags(int fd, uint32_t *old)
{
	unsigned int flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0)
		return false;
	*old = flags;
	if ((flags & IN_THE_WAY) == 0)
		return false;
	flags &= ~IN_THE_WAY;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

/* Moving a directory changes its "..", so write permission is needed. */
static bool
add_permissions(int fd, mode_t mode)
{
	return S_ISDIR(mode) && (mode & S_IRWXU) != S_IRWXU &&
	    fchmod(fd, (mode & 07777) | S_IRWXU) == 0;
}

bool
unlock(int directory, const char *name, struct lock_state *old)
{
	const int error = errno;
	struct stat st;
	bool changed = false;

	const int fd = open_it(directory, name, &st);
	if (fd != -1) {
		*old = (struct lock_state){ .mode = st.st_mode };
		changed = clear_flags(fd, &old->flags);
		changed = add_permissions(fd, st.st_mode) || changed;
		close(fd);
	}
	errno = error;
	return changed;
}

int
unlock_and_remove(int directory, const char *name)
{
	struct stat st;
	uint32_t flags = 0;

	const int fd = open_it(directory, name, &st);
	const bool cleared = fd != -1 && clear_flags(fd, &flags);
	const int result = unlinkat(directory, name, 0);
	const int error = errno;
	if (cleared && fstat(fd, &st) == 0 && st.st_nlink > 0)
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	if (fd != -1)
		close(fd);
	errno = error;
	return result;
}

bool
lock_again(int directory, const char *name, const struct lock_state *old)
{
	struct stat st;

	const int fd = open_it(directory, name, &st);
	if (fd == -1)
		return false;
	bool ok = st.st_mode == old->mode ||
	    fchmod(fd, old->mode & 07777) == 0;
	if ((old->flags & IN_THE_WAY) != 0)
		ok = ioctl(fd, FS_IOC_SETFLAGS, &old->flags) == 0 && ok;
	const int error = errno;
	close(fd);
	errno = error;
	return ok;
}
