/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/handover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/path.h"
#include "plugins/common/safe_file.h"

#define LOCK_TRIES 600
#define LOCK_POLL_NS 50000000L

/* ------------------------------------------------------------------- places */

/* Whoever can write there tells the catalogue what to believe. */
static const char *
prepare_folder(char *folder)
{
	struct stat st;

	if (!path_make_folders(folder) || lstat(folder, &st) == -1)
		return strerror(errno);
	if (!S_ISDIR(st.st_mode))
		return "not a directory";
	if ((st.st_uid != geteuid() && st.st_uid != 0) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others can write to it; make it yours, with mode 0700";
	return NULL;
}

static bool
make_names(struct handover *h, const char *stem)
{
	if (asprintf(&h->part, "%s" HANDOVER_PART, stem) == -1)
		h->part = NULL;
	if (asprintf(&h->names, "%s" HANDOVER_NAMES, stem) == -1)
		h->names = NULL;
	return h->part != NULL && h->names != NULL;
}

static bool
make_all_names(struct handover *h, const char *state_dir, const char *job)
{
	char *stem = NULL;

	if (asprintf(&h->folder, "%s/" HANDOVER_FOLDER, state_dir) == -1)
		h->folder = NULL;
	if (h->folder == NULL || asprintf(&stem, "%s/%s-%" PRId64 "-%d",
	    h->folder, job, (int64_t)time(NULL), (int)getpid()) == -1)
		stem = NULL;
	const bool ok = stem != NULL && make_names(h, stem);
	free(stem);
	return ok;
}

bool
handover_init(struct handover *h, const char *state_dir, const char *job,
    struct report *rep)
{
	*h = (struct handover){ 0 };
	const char *fault = make_all_names(h, state_dir, job) ?
	    prepare_folder(h->folder) : strerror(ENOMEM);
	if (fault == NULL)
		return true;
	report(rep, DE_WARNING, "%s/" HANDOVER_FOLDER ": %s; what the "
	    "catalogue is to know of the dump is kept there (state_dir)",
	    state_dir, fault);
	handover_clear(h);
	return false;
}

void
handover_clear(struct handover *h)
{
	free(h->folder);
	free(h->part);
	free(h->names);
	*h = (struct handover){ 0 };
}

bool
handover_of(struct handover *h, const char *part)
{
	const size_t ending = strlen(HANDOVER_PART);
	const size_t length = strlen(part);

	*h = (struct handover){ 0 };
	if (length <= ending ||
	    strcmp(part + length - ending, HANDOVER_PART) != 0)
		return false;
	char *stem = strndup(part, length - ending);
	const bool ok = stem != NULL && make_names(h, stem);
	free(stem);
	if (!ok)
		handover_clear(h);
	return ok;
}

bool
handover_is_left(const char *part)
{
	const char *number = strrchr(part, '-');
	char *end = NULL;

	if (number == NULL)
		return true;
	const long pid = strtol(number + 1, &end, 10);
	if (pid <= 0 || pid > INT_MAX || strcmp(end, HANDOVER_PART) != 0)
		return true;
	return kill((pid_t)pid, 0) == -1 && errno == ESRCH;
}

/* ------------------------------------------------------------------ writing */

static bool
write_all(int fd, const void *bytes, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const ssize_t n = write(fd, (const char *)bytes + at,
		    length - at);
		if (n == -1 && errno != EINTR)
			return false;
		at += n == -1 ? 0 : (size_t)n;
	}
	return true;
}

/* Some bytes behind each other; a length of 0 is allowed. */
struct piece {
	const void *bytes;
	size_t length;
};

static bool
put_file(const char *path, const struct piece *pieces, size_t count)
{
	struct safe_file file;

	if (!safe_file_begin(&file, path))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!write_all(file.fd, pieces[i].bytes, pieces[i].length)) {
			safe_file_abandon(&file);
			return false;
		}
	return safe_file_commit(&file);
}

bool
handover_put_part(const struct handover *h, const struct catalog_about *about)
{
	json_t *json = catalog_about_format(about);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	bool ok = text != NULL;

	json_decref(json);
	if (ok) {
		const struct piece piece = { text, strlen(text) };
		ok = put_file(h->part, &piece, 1);
	} else {
		errno = ENOMEM;
	}
	const int error = errno;
	free(text);
	errno = error;
	return ok;
}

bool
handover_put_names(const struct handover *h, const struct growing *index,
    const struct growing *directories)
{
	const struct piece pieces[] = {
		{ index->bytes, index->used },
		{ directories->bytes, directories->used },
	};

	return put_file(h->names, pieces, 2);
}

/* ------------------------------------------------------------------ listing */

static int
is_part(const struct dirent *e)
{
	const size_t ending = strlen(HANDOVER_PART);
	const size_t length = strlen(e->d_name);

	return e->d_name[0] != '.' && length > ending &&
	    strcmp(e->d_name + length - ending, HANDOVER_PART) == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

ssize_t
handover_list(const char *folder, char ***list)
{
	struct dirent **found;
	const int count = scandir(folder, &found, is_part, by_name);
	bool ok = count >= 0;

	if (!ok)
		return -1;
	char **paths = calloc((size_t)count + 1, sizeof(*paths));
	for (int i = 0; i < count; i++) {
		if (paths != NULL && asprintf(&paths[i], "%s/%s", folder,
		    found[i]->d_name) == -1) {
			paths[i] = NULL;
			ok = false;
		}
		free(found[i]);
	}
	free(found);
	if (paths != NULL && ok) {
		*list = paths;
		return count;
	}
	for (int i = 0; paths != NULL && i < count; i++)
		free(paths[i]);
	free(paths);
	errno = ENOMEM;
	return -1;
}

/* ------------------------------------------------------------------ taking */

int
handover_lock(const char *folder)
{
	const struct timespec pause = { .tv_nsec = LOCK_POLL_NS };
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; fd != -1 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	if (fd != -1)
		close(fd);
	return -1;
}

/* The names first: alone, they are of no use to anyone. */
bool
handover_remove(const struct handover *h)
{
	if (unlink(h->names) == -1 && errno != ENOENT)
		return false;
	return unlink(h->part) == 0 || errno == ENOENT;
}
