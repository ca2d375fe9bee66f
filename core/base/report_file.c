/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FORBIDDEN "does not exist, and files cannot be kept in a directory " \
	"of devices or of the kernel; use another path"

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* Open without waiting for a reader; writes wait for a slow one. */
static const char *
open_in_place(struct report_file *f, const char *path, const struct stat *seen)
{
	struct stat st;

	f->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (f->fd == -1)
		return errno == ENXIO ? "cannot be written: it has no reader" :
		    strerror(errno);
	const char *why = fstat(f->fd, &st) == -1 ? strerror(errno) :
	    safe_file_fault(&st, seen->st_mode & S_IFMT);
	if (why == NULL && fcntl(f->fd, F_SETFL, O_WRONLY) == 0)
		return NULL;
	if (why == NULL)
		why = strerror(errno);
	close(f->fd);
	return why;
}

static const char *
connect_to(struct report_file *f, const char *path, const struct stat *st)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!is_ours(st))
		return "belongs to another user";
	if (strlen(path) >= sizeof(address.sun_path))
		return strerror(ENAMETOOLONG);
	memcpy(address.sun_path, path, strlen(path) + 1);
	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (f->fd == -1)
		return strerror(errno);
	if (connect(f->fd, (const struct sockaddr *)&address,
	    sizeof(address)) == 0 && fcntl(f->fd, F_SETFL, O_RDWR) == 0)
		return NULL;
	const int error = errno;
	close(f->fd);
	return strerror(error);
}

/* A new file, which will replace the old one. */
static const char *
open_beside(struct report_file *f)
{
	if (!safe_file_begin(&f->beside, f->place))
		return strerror(errno);
	f->is_replaced = true;
	f->fd = f->beside.fd;
	return NULL;
}

static const char *
open_missing(struct report_file *f, const char *path)
{
	if (safe_file_forbidden(path) != NULL)
		return FORBIDDEN;
	return open_beside(f);
}

static const char *
open_place(struct report_file *f, const char *path)
{
	struct stat link, st;

	if (lstat(path, &link) == 0 && S_ISLNK(link.st_mode) &&
	    !is_ours(&link))
		return "is a symbolic link owned by another user";
	f->place = safe_file_place(path);
	if (f->place == NULL)
		return strerror(errno);
	if (stat(f->place, &st) == -1)
		return errno == ENOENT ? open_missing(f, path) :
		    strerror(errno);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return safe_file_forbidden(f->place) != NULL ?
		    open_in_place(f, f->place, &st) : open_beside(f);
	case S_IFDIR:
		return strerror(EISDIR);
	case S_IFSOCK:
		return connect_to(f, f->place, &st);
	default:
		return open_in_place(f, f->place, &st);
	}
}

/* Duplicate a descriptor, such as standard output, with its file offset. */
static const char *
open_descriptor(struct report_file *f, int given)
{
	f->fd = fcntl(given, F_DUPFD_CLOEXEC, 3);
	return f->fd == -1 ? strerror(errno) : NULL;
}

const char *
report_file_open(struct report_file *f, const char *path)
{
	const int given = safe_file_descriptor(path);

	*f = (struct report_file){ .fd = -1 };
	const char *why = given != -1 ? open_descriptor(f, given) :
	    open_place(f, path);
	if (why != NULL) {
		free(f->place);
		f->place = NULL;
	}
	return why;
}

bool
report_file_close(struct report_file *f, bool ok)
{
	if (f->is_replaced) {
		if (ok)
			ok = safe_file_commit(&f->beside);
		else
			safe_file_abandon(&f->beside);
	} else if (close(f->fd) == -1 && errno != EINTR) {
		ok = false;
	}
	free(f->place);
	f->place = NULL;
	return ok;
}
