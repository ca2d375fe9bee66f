/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/common/safe_file.h"

#define ATTEMPTS 100		/* to open what others keep removing */
#define LAST_TEXT "complete=1"	/* everything before it is durable */

struct state_file {
	struct report *rep;		/* borrowed */
	char *path;
	int folder;
	int fd;
	char *bytes;			/* owned; what was read */
	const char **texts;		/* owned; into bytes; terminated by
					   NULL */
};

static void
say(const struct state_file *s, const char *what)
{
	report(s->rep, DE_ERROR, "%s: %s: %s; state_dir must be a writable "
	    "directory", s->path, what, strerror(errno));
}

/* ------------------------------------------------------------------ opening */

static bool
is_ours_alone(const struct state_file *s, int fd, const char *what,
    mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) == -1) {
		say(s, "cannot be examined");
		return false;
	}
	if ((st.st_mode & S_IFMT) == type &&
	    (st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	report(s->rep, DE_ERROR, "%s: %s is writable by others, but its "
	    "contents are run as a command; set state_dir to a directory that "
	    "only this user can write to", s->path, what);
	return false;
}

static bool
open_folder(struct state_file *s, const char *folder)
{
	const char *forbidden = safe_file_forbidden(s->path);

	if (forbidden == NULL)
		forbidden = safe_file_forbidden(folder);
	if (forbidden != NULL) {
		report(s->rep, DE_ERROR, "%s: files cannot be kept in %s, "
		    "which is lost after a crash; set state_dir to another "
		    "directory", folder, forbidden);
		return false;
	}
	if (mkdir(folder, 0700) == -1 && errno != EEXIST) {
		say(s, "cannot create the directory");
		return false;
	}
	s->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder == -1) {
		say(s, "cannot open the directory");
		return false;
	}
	return is_ours_alone(s, s->folder, "its directory", S_IFDIR);
}

static const char *
name_of(const struct state_file *s)
{
	return strrchr(s->path, '/') + 1;
}

static bool
lock(const struct state_file *s)
{
	if (flock(s->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		report(s->rep, DE_ERROR, "%s: locked by another run of this "
		    "job, or by a job of that name with the same state_dir; "
		    "wait until it has ended", s->path);
	else
		say(s, "cannot be locked");
	return false;
}

/* A holder may have removed it before we got the lock. */
static bool
open_and_lock(struct state_file *s)
{
	struct stat st;

	for (int i = 0; i < ATTEMPTS; i++) {
		s->fd = openat(s->folder, name_of(s), O_RDWR | O_CREAT |
		    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		if (s->fd == -1) {
			say(s, "cannot be opened");
			return false;
		}
		if (!is_ours_alone(s, s->fd, "the file", S_IFREG) || !lock(s))
			return false;
		if (fstat(s->fd, &st) == 0 && st.st_nlink > 0)
			return true;
		close(s->fd);
		s->fd = -1;
	}
	errno = EBUSY;
	say(s, "cannot be locked");
	return false;
}

/* ------------------------------------------------------------------ reading */

/* Split `size` bytes of s->bytes, which end with a NUL, into texts. */
static bool
cut(struct state_file *s, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += s->bytes[i] == '\0';
	s->texts = calloc(count + 1, sizeof(*s->texts));
	if (s->texts == NULL)
		return false;
	count = 0;
	for (size_t at = 0; at < size; at += strlen(s->bytes + at) + 1)
		s->texts[count++] = s->bytes + at;
	/* Incomplete: it was not durable yet, so nothing was done either. */
	if (count == 0 || strcmp(s->texts[count - 1], LAST_TEXT) != 0)
		count = 0;
	else
		count--;
	s->texts[count] = NULL;
	return true;
}

static bool
read_texts(struct state_file *s)
{
	size_t size = 0;
	ssize_t n;

	s->bytes = calloc(1, STATE_BYTES_MAX + 1);
	if (s->bytes == NULL) {
		report(s->rep, DE_ERROR, "out of memory");
		return false;
	}
	while (size < STATE_BYTES_MAX && (n = pread(s->fd, s->bytes + size,
	    STATE_BYTES_MAX - size, (off_t)size)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			say(s, "cannot be read");
			return false;
		}
		size += (size_t)n;
	}
	/* A truncated file does not end with a NUL. */
	if (cut(s, size == 0 || s->bytes[size - 1] != '\0' ? size + 1 : size))
		return true;
	report(s->rep, DE_ERROR, "out of memory");
	return false;
}

struct state_file *
state_file_open(const char *folder, const char *job, struct report *rep)
{
	struct state_file *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	s->rep = rep;
	s->folder = -1;
	s->fd = -1;
	if (asprintf(&s->path, "%s/%s.snapshot", folder, job) == -1) {
		s->path = NULL;
		report(rep, DE_ERROR, "out of memory");
		goto fail;
	}
	if (!open_folder(s, folder) || !open_and_lock(s) || !read_texts(s))
		goto fail;
	return s;

fail:
	state_file_close(s);
	return NULL;
}

void
state_file_close(struct state_file *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);	/* LOCK_UN would unlock it for children, too */
	if (s->folder != -1)
		close(s->folder);
	free(s->bytes);
	free(s->texts);
	free(s->path);
	free(s);
}

const char *const *
state_file_texts(const struct state_file *s)
{
	return s->texts;
}

const char *
state_file_get(const struct state_file *s, const char *name)
{
	const size_t length = strlen(name);

	for (size_t i = 0; s->texts[i] != NULL; i++)
		if (strncmp(s->texts[i], name, length) == 0 &&
		    s->texts[i][length] == '=')
			return s->texts[i] + length + 1;
	return NULL;
}

const char *
state_file_path(const struct state_file *s)
{
	return s->path;
}

/* ------------------------------------------------------------------ writing */

static bool
write_text(const struct state_file *s, const char *text, off_t *at)
{
	const size_t size = strlen(text) + 1;
	const ssize_t n = pwrite(s->fd, text, size, *at);

	if (n >= 0 && n != (ssize_t)size)
		errno = ENOSPC;
	*at += (off_t)size;
	return n == (ssize_t)size;
}

bool
state_file_write(struct state_file *s, const char *const *texts)
{
	off_t at = 0;
	bool ok = ftruncate(s->fd, 0) == 0;

	for (size_t i = 0; ok && texts[i] != NULL; i++)
		ok = write_text(s, texts[i], &at);
	/* The end mark is written separately: it vouches for the rest. */
	ok = ok && fsync(s->fd) == 0 && write_text(s, LAST_TEXT, &at) &&
	    fsync(s->fd) == 0 && fsync(s->folder) == 0;
	if (ok && at > STATE_BYTES_MAX) {
		errno = EFBIG;
		ok = false;
	}
	if (!ok)
		say(s, "cannot be written");
	return ok;
}

bool
state_file_remove(struct state_file *s)
{
	if (unlinkat(s->folder, name_of(s), 0) == 0 &&
	    fsync(s->folder) == 0)
		return true;
	say(s, "cannot be removed");
	return false;
}
