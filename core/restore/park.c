/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/park.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/unlock.h"

#define NAME ".dumpengine-restore"
#define KEY_NAME ".key"
#define PLACING_NAME ".placing"
#define NAMES_TRIED 1000u

static void
choose_name(struct park *p, unsigned int number)
{
	if (number == 0)
		snprintf(p->name, sizeof(p->name), NAME);
	else
		snprintf(p->name, sizeof(p->name), NAME "-%u", number);
}

static bool
is_in_tree(const struct names *n, const char *name)
{
	return names_lookup(n, NAMES_ROOT, name, strlen(name)) != NAMES_NONE;
}

/* Opens a directory that only this user could have made; -1. */
static int
open_private(const struct park *p)
{
	struct stat st;

	const int fd = openat(p->root, p->name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
has_key(const struct park *p, int fd)
{
	char text[sizeof(p->key)] = "";

	const int file = openat(fd, KEY_NAME,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file == -1)
		return false;
	const ssize_t length = read(file, text, sizeof(text) - 1);
	close(file);
	return length == (ssize_t)strlen(p->key) &&
	    memcmp(text, p->key, (size_t)length) == 0;
}

/* True if an earlier run has left one of that name, and it is open now. */
static bool
take_up(struct park *p)
{
	const int fd = open_private(p);

	if (fd == -1)
		return false;
	/* One that is empty was made, and no more. */
	if (unlinkat(p->root, p->name, AT_REMOVEDIR) == 0 || !has_key(p, fd)) {
		close(fd);
		return false;
	}
	p->fd = fd;
	p->is_placing =
	    faccessat(fd, PLACING_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return true;
}

static void
find_or_choose(struct park *p, const struct names *before,
    const struct names *after)
{
	struct stat st;

	for (unsigned int i = 0; i < NAMES_TRIED; i++) {
		choose_name(p, i);
		if (is_in_tree(before, p->name) || is_in_tree(after, p->name))
			continue;
		if (take_up(p) || fstatat(p->root, p->name, &st,
		    AT_SYMLINK_NOFOLLOW) != 0)
			return;
	}
}

static void
list_members(const struct park *p, struct inomap *parked)
{
	const int fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		char *end;
		const unsigned long inode = strtoul(e->d_name, &end, 10);
		if (*end == '\0' && inode <= UINT32_MAX)
			inomap_add(parked, (uint32_t)inode);
	}
	closedir(dir);
}

void
park_init(struct park *p, int root, const struct names *before,
    const struct names *after, struct inomap *parked)
{
	*p = (struct park){ .root = root, .fd = -1 };
	snprintf(p->key, sizeof(p->key), "%" PRIu32 " names in %" PRIu32
	    " directories, then %" PRIu32 " in %" PRIu32 "\n",
	    names_count(before), names_directory_count(before),
	    names_count(after), names_directory_count(after));
	find_or_choose(p, before, after);
	if (p->fd != -1)
		list_members(p, parked);
}

void
park_close(struct park *p)
{
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
}

static bool
write_file(const struct park *p, const char *name, const char *text)
{
	const int fd = openat(p->fd, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return false;
	const ssize_t length = (ssize_t)strlen(text);
	const bool ok = write(fd, text, (size_t)length) == length &&
	    fsync(fd) == 0;
	const int error = errno;
	close(fd);
	errno = error;
	return ok;
}

bool
park_make(struct park *p)
{
	if (p->fd != -1)
		return true;
	if (mkdirat(p->root, p->name, 0700) != 0)
		return false;
	p->fd = openat(p->root, p->name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p->fd != -1 && write_file(p, KEY_NAME, p->key))
		return true;
	const int error = errno;
	park_remove(p);
	errno = error;
	return false;
}

bool
park_begin_placing(struct park *p)
{
	if (p->fd == -1 || p->is_placing)
		return true;
	p->is_placing = fsync(p->fd) == 0 &&
	    write_file(p, PLACING_NAME, "") && fsync(p->fd) == 0;
	return p->is_placing;
}

/*
 * The key stays as long as anything else does, so that a later run knows what
 * it is.
 */
static bool
is_empty(const struct park *p)
{
	const int fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	bool empty = dir != NULL;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return false;
	}
	for (const struct dirent *e; empty && (e = readdir(dir)) != NULL;)
		empty = strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcmp(e->d_name, KEY_NAME) == 0 ||
		    strcmp(e->d_name, PLACING_NAME) == 0;
	closedir(dir);
	return empty;
}

void
park_remove(struct park *p)
{
	struct lock_state old;

	if (p->fd != -1 && is_empty(p)) {
		unlinkat(p->fd, PLACING_NAME, 0);
		unlinkat(p->fd, KEY_NAME, 0);
		if (unlinkat(p->root, p->name, AT_REMOVEDIR) != 0 &&
		    unlock(p->root, ".", &old)) {
			unlinkat(p->root, p->name, AT_REMOVEDIR);
			lock_again(p->root, ".", &old);
		}
	}
	park_close(p);
}
