/* SPDX-License-Identifier: BSD-3-Clause */
#include "safe_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINKS_MAX 40
#define STALE_SECONDS 3600	/* unfinished that long: abandoned */
#define ATTEMPTS 16		/* while the name does not exist yet */

/* ------------------------------------------------------------------ places */

/* Join both to "folder/name"; frees both. */
static char *
join(char *folder, char *name)
{
	char *path = NULL;

	if (folder != NULL && name != NULL && asprintf(&path, "%s%s%s",
	    strcmp(folder, "/") == 0 ? "" : folder,
	    *name == '/' ? "" : "/", name) == -1)
		path = NULL;
	free(folder);
	free(name);
	return path;
}

/* The directory part of a path, as written; the caller frees it. */
static char *
folder_of(const char *path)
{
	char *copy = strdup(path);
	char *folder = copy == NULL ? NULL : strdup(dirname(copy));

	free(copy);
	return folder;
}

/*
 * The target of a link, or the path itself if it is none.  Frees `path`.  NULL
 * if nothing is there.
 */
static char *
follow(char *path, bool *is_link)
{
	char target[PATH_MAX];
	const ssize_t length = readlink(path, target, sizeof(target) - 1);

	*is_link = length != -1;
	if (!*is_link)
		return path;
	target[length] = '\0';
	char *next = target[0] == '/' ? strdup(target) :
	    join(folder_of(path), strdup(target));
	free(path);
	return next;
}

/*
 * Resolve all links in the directory part; keep the last component as it is.
 * errno tells what failed, so nothing may follow that would change it.
 */
static char *
resolve_folder(const char *path)
{
	char *folder = folder_of(path);
	char *real = folder == NULL ? NULL : realpath(folder, NULL);
	char *copy = real == NULL ? NULL : strdup(path);
	char *place = join(real, copy == NULL ? NULL : strdup(basename(copy)));

	free(folder);
	free(copy);
	return place;
}

char *
safe_file_place(const char *path)
{
	char *at = strdup(path);
	bool is_link = true;

	for (int links = 0; at != NULL && is_link; links++) {
		if (links == LINKS_MAX) {
			free(at);
			errno = ELOOP;
			return NULL;
		}
		at = follow(at, &is_link);
	}
	char *place = at == NULL ? NULL : resolve_folder(at);
	const int error = errno;
	free(at);
	errno = error;
	return place;
}

static bool
is_below(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* The same filesystem mounted elsewhere, as for a chroot. */
static const char *
kind_of_filesystem(const char *folder)
{
	struct stat here, dev, root;
	struct statfs fs;

	if (statfs(folder, &fs) == 0) {
		if (fs.f_type == PROC_SUPER_MAGIC)
			return "/proc";
		if (fs.f_type == SYSFS_MAGIC)
			return "/sys";
	}
	if (stat(folder, &here) == 0 && stat("/dev", &dev) == 0 &&
	    stat("/", &root) == 0 && here.st_dev == dev.st_dev &&
	    dev.st_dev != root.st_dev)
		return "/dev";
	return NULL;
}

const char *
safe_file_forbidden(const char *path)
{
	static const char *const folders[] = { "/dev", "/proc", "/sys" };
	char *place = safe_file_place(path);
	const char *found = NULL;

	if (place == NULL || is_below(place, "/dev/shm")) {
		free(place);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (is_below(place, folders[i]))
			found = folders[i];
	if (found == NULL)
		found = kind_of_filesystem(dirname(place));
	free(place);
	return found;
}

/* The number at the end of "/proc/self/fd/3", whichever process "self" is. */
static int
number_in_proc(const char *path)
{
	char self[PATH_MAX], folder[PATH_MAX + 16];
	char *end;
	const ssize_t length = readlink("/proc/self", self, sizeof(self) - 1);

	if (length == -1)
		return -1;
	self[length] = '\0';
	snprintf(folder, sizeof(folder), "/proc/%s/fd/", self);
	const size_t begin = strlen(folder);
	if (strncmp(path, folder, begin) != 0 || path[begin] < '0' ||
	    path[begin] > '9')
		return -1;
	const long number = strtol(path + begin, &end, 10);
	return *end != '\0' || number > INT_MAX ? -1 : (int)number;
}

int
safe_file_descriptor(const char *path)
{
	char *at = strdup(path);
	bool is_link = true;
	int fd = -1;

	for (int links = 0; at != NULL && is_link && fd == -1 &&
	    links < LINKS_MAX; links++) {
		char *place = resolve_folder(at);
		if (place != NULL)
			fd = number_in_proc(place);
		free(place);
		if (fd == -1)
			at = follow(at, &is_link);
	}
	free(at);
	const int flags = fd == -1 ? -1 : fcntl(fd, F_GETFD);
	return flags == -1 || (flags & FD_CLOEXEC) != 0 ? -1 : fd;
}

int
safe_file_open_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : slash == path ?
	    strdup("/") : strndup(path, (size_t)(slash - path));

	if (folder == NULL)
		return -1;
	*name = slash == NULL ? path : slash + 1;
	const int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int error = errno;
	free(folder);
	errno = error;
	return fd;
}

bool
safe_file_folder_is_open(int folder)
{
	struct stat st;

	return fstat(folder, &st) == 0 &&
	    (st.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH;
}

int
safe_file_sync_folder(int folder)
{
	const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return errno == EACCES ? 0 : -1;
	const int result = fsync(fd) == -1 && errno != EINVAL ? -1 : 0;
	const int error = errno;
	close(fd);
	errno = error;
	return result;
}

/* ------------------------------------------------------------------- files */

bool
safe_file_random(char text[static SAFE_FILE_RANDOM_BYTES])
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char bytes[SAFE_FILE_RANDOM_BYTES - 1];
	size_t had = 0;

	while (had < sizeof(bytes)) {
		const ssize_t n = getrandom(bytes + had, sizeof(bytes) - had,
		    0);
		if (n == -1 && errno != EINTR)
			return false;
		if (n > 0)
			had += (size_t)n;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		text[i] = letters[bytes[i] % 32];
	text[sizeof(bytes)] = '\0';
	return true;
}

int
safe_file_make(int folder, const char *middle,
    char name[static SAFE_FILE_NAME_BYTES])
{
	char random[SAFE_FILE_RANDOM_BYTES];
	int fd = -1;

	errno = EEXIST;
	for (int i = 0; i < ATTEMPTS && fd == -1 && errno == EEXIST; i++) {
		if (!safe_file_random(random))
			return -1;
		snprintf(name, SAFE_FILE_NAME_BYTES, SAFE_FILE_PREFIX "%s%s",
		    middle, random);
		fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, SAFE_FILE_MODE);
	}
	return fd;
}

static const char *
not_regular(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "is a directory, not a regular file";
	case S_IFIFO:
		return "is a FIFO, not a regular file";
	case S_IFSOCK:
		return "is a socket, not a regular file";
	case S_IFLNK:
		return "is a symbolic link, not a regular file";
	default:
		return "is a device, not a regular file";
	}
}

const char *
safe_file_fault(const struct stat *st, mode_t type)
{
	if ((st->st_mode & S_IFMT) != type)
		return type == S_IFREG ? not_regular(st->st_mode) :
		    "has been replaced by something else";
	if (type == S_IFBLK || type == S_IFCHR)
		return NULL;
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "belongs to another user";
	if (st->st_nlink != 1)
		return "has another hard link";
	return NULL;
}

int
safe_file_open_regular(const char *path, int flags, const char **why)
{
	struct stat st;
	/* Check first: opening a tape or a FIFO has side effects. */
	int fd = open(path, O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW));

	*why = NULL;
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = not_regular(st.st_mode);
	if (fd != -1)
		close(fd);
	if (*why != NULL)
		return -1;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = not_regular(st.st_mode);
	if (*why == NULL)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

/* --------------------------------------------------------------- replacing */

/*
 * One of our files, left by a run that was killed while writing it.  `now` is
 * by the clock of the filesystem: ours may differ from that.
 */
static bool
is_left_behind(int folder, const char *name, time_t now)
{
	const size_t prefix = sizeof(SAFE_FILE_PREFIX) - 1;
	struct stat st;

	return strncmp(name, SAFE_FILE_PREFIX, prefix) == 0 &&
	    strlen(name) == prefix + SAFE_FILE_RANDOM_BYTES - 1 &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    st.st_nlink == 1 && st.st_mtime < now - STALE_SECONDS;
}

static void
remove_left_behind(int folder, time_t now)
{
	const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_left_behind(folder, entry->d_name, now))
			unlinkat(folder, entry->d_name, 0);
	closedir(dir);
}

bool
safe_file_begin(struct safe_file *s, const char *path)
{
	struct stat st;

	s->folder = safe_file_open_folder(path, &s->name);
	if (s->folder == -1)
		return false;
	s->fd = safe_file_make(s->folder, "", s->temporary);
	if (s->fd != -1) {
		if (fstat(s->fd, &st) == 0)
			remove_left_behind(s->folder, st.st_mtime);
		return true;
	}
	const int error = errno;
	close(s->folder);
	errno = error;
	return false;
}

static void
let_go(struct safe_file *s)
{
	if (s->fd != -1)
		close(s->fd);
	close(s->folder);
	s->fd = s->folder = -1;
}

bool
safe_file_commit(struct safe_file *s)
{
	if (fsync(s->fd) == -1)
		goto fail;
	const int fd = s->fd;
	s->fd = -1;
	if (close(fd) == -1 && errno != EINTR)
		goto fail;
	if (renameat(s->folder, s->temporary, s->folder, s->name) == -1)
		goto fail;
	const bool ok = safe_file_sync_folder(s->folder) == 0;
	const int error = errno;
	let_go(s);
	errno = error;
	return ok;

fail:
	safe_file_abandon(s);
	return false;
}

void
safe_file_abandon(struct safe_file *s)
{
	const int error = errno;

	unlinkat(s->folder, s->temporary, 0);
	let_go(s);
	errno = error;
}
