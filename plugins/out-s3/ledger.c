/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/safe_file.h"

#define MIDDLE "s3-"
#define PREFIX SAFE_FILE_PREFIX MIDDLE
#define FILE_BYTES ((size_t)4 * LEDGER_TEXT_BYTES)
#define VISITED_MAX 1000	/* in one run */
/* A file without contents is being written, or was when the power failed. */
#define EMPTY_SECONDS 86400

struct ledger_entry {
	int folder;
	int fd;			/* locked */
	char name[SAFE_FILE_NAME_BYTES];
};

static int
open_folder(const char *folder)
{
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The one above it is made, too. */
static int
make_folder(const char *folder)
{
	char *above = strdup(folder);
	char *slash = above == NULL ? NULL : strrchr(above, '/');

	if (slash != NULL && slash != above) {
		*slash = '\0';
		mkdir(above, 0755);
	}
	free(above);
	mkdir(folder, 0700);
	return open_folder(folder);
}

static bool
put(int fd, const char *key, const char *value)
{
	char text[LEDGER_TEXT_BYTES + 32];
	const int length = snprintf(text, sizeof(text), "%s=%s\n", key, value);

	if (length >= (int)sizeof(text)) {
		errno = ENAMETOOLONG;
		return false;
	}
	const ssize_t n = write(fd, text, (size_t)length);
	if (n >= 0 && n < length)
		errno = ENOSPC;
	return n == length;
}

static bool
put_beginning(int fd, const char *store, const char *object)
{
	char now[24];

	snprintf(now, sizeof(now), "%" PRId64, (int64_t)time(NULL));
	return put(fd, "store", store) && put(fd, "object", object) &&
	    put(fd, "begun", now) && fdatasync(fd) == 0;
}

struct ledger_entry *
ledger_begin(const char *folder, const char *store, const char *object)
{
	struct ledger_entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->folder = make_folder(folder);
	e->fd = e->folder == -1 ? -1 : safe_file_make(e->folder, MIDDLE,
	    e->name);
	if (e->fd != -1 && flock(e->fd, LOCK_EX | LOCK_NB) == 0 &&
	    put_beginning(e->fd, store, object)) {
		safe_file_sync_folder(e->folder);
		return e;
	}
	const int error = errno;
	ledger_end(e, true);
	errno = error;
	return NULL;
}

bool
ledger_note(struct ledger_entry *e, const char *upload)
{
	return put(e->fd, "upload", upload) && fdatasync(e->fd) == 0;
}

void
ledger_end(struct ledger_entry *e, bool ended)
{
	if (e == NULL)
		return;
	if (ended && e->fd != -1)
		unlinkat(e->folder, e->name, 0);
	if (e->fd != -1)
		close(e->fd);
	if (e->folder != -1)
		close(e->folder);
	free(e);
}

/* --------------------------------------------------------------- dead runs */

static void
copy(char to[static LEDGER_TEXT_BYTES], const char *text)
{
	snprintf(to, LEDGER_TEXT_BYTES, "%s", text);
}

static void
take_line(struct ledger_left *left, char *store, const char *line)
{
	const char *value = strchr(line, '=');

	if (value == NULL || strlen(++value) >= LEDGER_TEXT_BYTES)
		return;
	if (strncmp(line, "store=", 6) == 0)
		copy(store, value);
	else if (strncmp(line, "object=", 7) == 0)
		copy(left->object, value);
	else if (strncmp(line, "upload=", 7) == 0)
		copy(left->upload, value);
	else if (strncmp(line, "begun=", 6) == 0)
		left->begun = strtoll(value, NULL, 10);
}

/* Is that of this store?  *is_empty: it says nothing. */
static bool
read_left(int fd, const char *wanted, struct ledger_left *left, bool *is_empty)
{
	char *text = calloc(1, FILE_BYTES + 1);
	char store[LEDGER_TEXT_BYTES] = "";
	char *at, *line, *rest;

	*left = (struct ledger_left){ .begun = 0 };
	*is_empty = false;
	if (text == NULL)
		return false;
	const ssize_t n = pread(fd, text, FILE_BYTES, 0);
	/* The last line counts only if it has an end. */
	at = n > 0 ? strrchr(text, '\n') : NULL;
	if (at != NULL)
		at[1] = '\0';
	else
		text[0] = '\0';
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		take_line(left, store, line);
	free(text);
	*is_empty = store[0] == '\0' || left->object[0] == '\0' ||
	    left->begun <= 0;
	return !*is_empty && strcmp(store, wanted) == 0;
}

static bool
is_old(const struct stat *st)
{
	return st->st_mtime < time(NULL) - EMPTY_SECONDS;
}

static void
visit(int folder, const char *name, const char *store, ledger_fn *end,
    void *arg)
{
	const int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK);
	struct ledger_left left;
	struct stat st;
	bool is_empty;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && safe_file_fault(&st, S_IFREG) == NULL &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0) {
		const bool is_ours = read_left(fd, store, &left, &is_empty);
		if ((is_ours && end(arg, &left)) || (is_empty && is_old(&st)))
			unlinkat(folder, name, 0);
	}
	close(fd);
}

void
ledger_visit_left(const char *folder, const char *store, ledger_fn *end,
    void *arg)
{
	const int fd = open_folder(folder);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int visited = 0;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(d)) != NULL && visited < VISITED_MAX)
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0) {
			visit(dirfd(d), entry->d_name, store, end, arg);
			visited++;
		}
	closedir(d);
}
